provider "motimate" {
  sandbox  = true
  read_lag = "0s"
}

variable "door" {
  type      = string
  sensitive = true
  default   = "0815-door"
}

resource "motimate_position" "clerk" {
  name = "Clerk"
}

resource "motimate_group" "hall" {
  name = "Town hall"
  kind = "Organization"

  group "roads" {
    name = "Roads"
    kind = "Store"
  }
  group "parks" {
    name = "Parks"
    kind = "Store"
  }
}

moved {
  from = motimate_user.clerk
  to   = motimate_user.town_clerk
}

resource "motimate_user" "mayor" {
  email      = "mayor@example.org"
  first_name = "May"
  groups     = [motimate_group.hall.id]
  leads      = [motimate_group.hall.id]
  last_name  = "Mayor"
}

resource "motimate_user" "town_clerk" {
  email      = "clerk@example.org"
  first_name = "Clark"
  groups     = [motimate_group.roads.id]
  positions  = [motimate_position.clerk.id]
}

output "door" {
  value     = var.door
  sensitive = true
}
