provider "motimate" {
  sandbox      = true     # the embedded server: no account, nothing to install
  user_removal = "delete" # so that destroy works; a real organisation leaves this out

  kinds = {
    organization = "Organization"
    store        = "Store"
  }
}

resource "motimate_position" "barista" {
  name = "Barista"
}

resource "motimate_group" "acme" {
  name = "Acme"
  kind = "organization"

  group "oslo" {
    name = "Oslo"
  }
  group "bergen" {
    name = "Bergen"
  }
}

resource "motimate_user" "staff" {
  for_each = {
    "1" = { name = "Ada", store = "oslo" }
    "2" = { name = "Bo", store = "oslo" }
    "3" = { name = "Åse", store = "bergen" }
  }

  employee_number = each.key
  email           = "staff-${each.key}@example.org"
  first_name      = each.value.name
  groups          = [each.value.store == "oslo" ? motimate_group.oslo.id : motimate_group.bergen.id]
  positions       = [motimate_position.barista.id]
}
