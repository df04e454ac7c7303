provider "motimate" {
  sandbox      = true
  read_lag     = "0s"
  user_removal = "delete"
  kinds        = { company = "Organization", country = "Country", store = "Store" }
}

locals {
  staff = { for n in range(1, 13) : format("%02d", n) => n % 3 }
  homes = [motimate_group.oslo.id, motimate_group.bergen.id, motimate_group.malmo.id]
}

resource "motimate_position" "held" {
  for_each = toset(["Barista", "Manager", "Trainee"])
  name     = each.key
}

resource "motimate_group" "cafes" {
  name = "Fjord Coffee"
  kind = "company"

  group "norway" {
    name = "Norway"

    group "oslo" {
      name = "Oslo Sentrum"
    }
    group "bergen" {
      name = "Bergen"
    }
    group "moss" {
      name = "Moss"
    }
  }

  group "sweden" {
    name = "Sweden"

    group "malmo" {
      name = "Malmö"
    }
  }
}

resource "motimate_user" "staff" {
  for_each   = local.staff
  email      = "staff.${each.key}@example.org"
  first_name = "Number ${each.key}"
  groups     = [local.homes[each.value]]
  leads      = each.key == "03" ? [motimate_group.oslo.id] : []
  positions  = [motimate_position.held["Barista"].id]
}

output "people" {
  value = length(motimate_user.staff)
}
