# One person per row of staff.csv. The employee number is the first natural key and
# the key of the instance, so that a new name or a new e-mail address is an update
# of the same person.
#
# An empty cell of a CSV file is "", which means "managed, and empty". Where a cell
# without a value should mean "not managed here", the expression turns it into null.

locals {
  staff = csvdecode(file(var.staff_file))

  # The codes of the groups that are nested blocks. All other codes in staff.csv
  # are rows of units.csv.
  nested = {
    acme             = motimate_group.acme.id
    head_office      = motimate_group.head_office.id
    norway           = motimate_group.norway.id
    east_norway      = motimate_group.east_norway.id
    oslo_grunerlokka = motimate_group.oslo_grunerlokka.id
    oslo_majorstuen  = motimate_group.oslo_majorstuen.id
    drammen          = motimate_group.drammen.id
    hamar            = motimate_group.hamar.id
    west_norway      = motimate_group.west_norway.id
    bergen           = motimate_group.bergen.id
    stavanger        = motimate_group.stavanger.id
    alesund          = motimate_group.alesund.id
    north_norway     = motimate_group.north_norway.id
    tromso           = motimate_group.tromso.id
    bodo             = motimate_group.bodo.id
  }

  table = toset(keys(local.units))
}

resource "motimate_user" "staff" {
  for_each = { for p in local.staff : p.employee_number => p }

  employee_number   = each.key
  first_name        = each.value.first_name
  last_name         = each.value.last_name
  email             = each.value.email == "" ? null : each.value.email
  phone_number      = each.value.phone_number == "" ? null : each.value.phone_number
  organization_role = each.value.organization_role == "" ? null : each.value.organization_role

  # Several values in one cell are separated by semicolons. Somebody who leads a
  # group is a member of it as well.
  groups    = [for u in split(";", each.value.units) : contains(local.table, u) ? motimate_group.unit[u].id : local.nested[u]]
  leads     = [for u in compact(split(";", each.value.leads)) : contains(local.table, u) ? motimate_group.unit[u].id : local.nested[u]]
  positions = [for p in split(";", each.value.positions) : motimate_position.position[p].id]

  # People correct their own phone numbers in the app; that is theirs to do.
  lifecycle {
    ignore_changes = [phone_number]
  }
}
