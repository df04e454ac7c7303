# Beside new and gone ones: Norway is renamed, Oslo and Drammen swap their names,
# Bergen moves below another region, Bo's address goes to Kim, people change
# places, roles and names.
espalier {
  guard {
    max_delete = "100%"
  }
}

provider "motimate" {
  user_removal = "delete"
}

resource "motimate_position" "held" {
  for_each = { barista = "Head barista", manager = "Manager", cook = "Trainee", courier = "Courier", driver = "Driver" }
  name     = each.value
}

resource "motimate_group" "acme" {
  name = "Acme"
  kind = "Organization"

  group "norway" {
    name = "Norge"
    kind = "Country"

    group "east" {
      name = "East"
      kind = "Region"

      group "oslo" {
        name = "Drammen"
        kind = "Store"
      }
      group "drammen" {
        name = "Oslo"
        kind = "Store"
      }
      group "bergen" {
        name = "Bergen"
        kind = "Store"
      }
    }
  }
  group "denmark" {
    name = "Denmark"
    kind = "Country"

    group "jutland" {
      name = "Jutland"
      kind = "Region"

      group "aarhus" {
        name = "Aarhus"
        kind = "Store"
      }
      group "aalborg" {
        name = "Aalborg"
        kind = "Store"
      }
    }
  }
}

resource "motimate_user" "staff" {
  for_each = {
    "1"  = { mail = "ada", name = "Ada", in = [motimate_group.drammen.id], leads = [motimate_group.east.id], as = "manager" }
    "2"  = { mail = "bo.berg", name = "Bo", in = [motimate_group.oslo.id], leads = [motimate_group.oslo.id], as = "barista" }
    "3"  = { mail = "cleo", name = "Cleopatra", in = [motimate_group.aarhus.id], leads = [], as = "courier" }
    "4"  = { mail = "dan", name = "Dan", in = [motimate_group.bergen.id], leads = [], as = "manager" }
    "5"  = { mail = "eli", name = "Eli", in = [motimate_group.bergen.id], leads = [motimate_group.bergen.id], as = "cook" }
    "6"  = { mail = "fay", name = "Fay", in = [motimate_group.aarhus.id], leads = [motimate_group.denmark.id], as = "manager" }
    "8"  = { mail = "hal", name = "Hal", in = [], leads = [], as = "driver" }
    "10" = { mail = "jo", name = "Jo", in = [motimate_group.acme.id], leads = [motimate_group.acme.id], as = "manager" }
    "11" = { mail = "bo", name = "Kim", in = [motimate_group.aalborg.id], leads = [], as = "barista" }
    "12" = { mail = "lea", name = "Lea", in = [motimate_group.aalborg.id], leads = [motimate_group.jutland.id], as = "driver" }
    "13" = { mail = "max", name = "Max", in = [motimate_group.drammen.id], leads = [], as = "barista" }
  }
  employee_number = each.key
  email           = "${each.value.mail}@example.org"
  first_name      = each.value.name
  groups          = each.value.in
  leads           = each.value.leads
  positions       = [motimate_position.held[each.value.as].id]
}
