provider "motimate" {
  sandbox      = true
  read_lag     = "0s"
  user_removal = "delete"
  kinds        = { company = "Organization", country = "Country", store = "Store" }
}

locals {
  staff = { for n in range(2, 15) : format("%02d", n) => n % 3 }
  homes = [motimate_group.oslo.id, motimate_group.bergen.id, motimate_group.malmo.id]
}

resource "motimate_position" "held" {
  for_each = toset(["Barista", "Manager", "Roaster"])
  name     = each.key
}

resource "motimate_group" "cafes" {
  name = "Fjord Coffee"
  kind = "company"

  group "norway" {
    name = "Nordics"

    group "oslo" {
      name = "Oslo"
    }
    group "bergen" {
      name = "Bergen"
    }
  }

  group "denmark" {
    name = "Denmark"

    group "malmo" {
      name = "Malmö"
    }
    group "aarhus" {
      name = "Aarhus \"Å\" | <b>&amp;</b>"
    }
  }
}

resource "motimate_user" "staff" {
  for_each   = local.staff
  email      = "staff.${each.key}@example.org"
  first_name = "Number ${each.key}"
  groups     = [each.key == "04" ? motimate_group.aarhus.id : local.homes[each.value]]
  leads      = each.key == "04" ? [motimate_group.aarhus.id] : []
  positions  = [motimate_position.held["Barista"].id]
}

output "people" {
  value = length(motimate_user.staff)
}
