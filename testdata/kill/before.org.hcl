espalier {
  guard {
    max_delete = "100%"
  }
}

provider "motimate" {
  user_removal = "delete"
}

resource "motimate_position" "held" {
  for_each = { barista = "Barista", manager = "Manager", trainee = "Trainee", cook = "Cook" }
  name     = each.value
}

resource "motimate_group" "acme" {
  name = "Acme"
  kind = "Organization"

  group "norway" {
    name = "Norway"
    kind = "Country"

    group "east" {
      name = "East"
      kind = "Region"

      group "oslo" {
        name = "Oslo"
        kind = "Store"
      }
      group "drammen" {
        name = "Drammen"
        kind = "Store"
      }
    }
    group "west" {
      name = "West"
      kind = "Region"

      group "bergen" {
        name = "Bergen"
        kind = "Store"
      }
    }
  }
  group "sweden" {
    name = "Sweden"
    kind = "Country"

    group "malmo" {
      name = "Malmo"
      kind = "Store"
    }
  }
}

resource "motimate_user" "staff" {
  for_each = {
    "1"  = { mail = "ada", name = "Ada", in = [motimate_group.oslo.id], leads = [motimate_group.east.id], as = "manager" }
    "2"  = { mail = "bo", name = "Bo", in = [motimate_group.oslo.id], leads = [], as = "barista" }
    "3"  = { mail = "cleo", name = "Cleo", in = [motimate_group.drammen.id], leads = [], as = "barista" }
    "4"  = { mail = "dan", name = "Dan", in = [motimate_group.bergen.id], leads = [motimate_group.bergen.id], as = "manager" }
    "5"  = { mail = "eli", name = "Eli", in = [motimate_group.bergen.id, motimate_group.west.id], leads = [], as = "cook" }
    "6"  = { mail = "fay", name = "Fay", in = [motimate_group.malmo.id], leads = [motimate_group.sweden.id], as = "manager" }
    "7"  = { mail = "gus", name = "Gus", in = [motimate_group.malmo.id], leads = [], as = "trainee" }
    "8"  = { mail = "hal", name = "Hal", in = [motimate_group.drammen.id], leads = [motimate_group.drammen.id], as = "manager" }
    "9"  = { mail = "ida", name = "Ida", in = [motimate_group.norway.id], leads = [], as = "trainee" }
    "10" = { mail = "jo", name = "Jo", in = [motimate_group.acme.id], leads = [motimate_group.acme.id], as = "manager" }
  }
  employee_number = each.key
  email           = "${each.value.mail}@example.org"
  first_name      = each.value.name
  groups          = each.value.in
  leads           = each.value.leads
  positions       = [motimate_position.held[each.value.as].id]
}
