resource "motimate_group" "acme" {
  name = "Acme"
  kind = "Organization"

  group "norway" { # its parent is the block around it
    name = "Norway"
    kind = "Country"

    group "oslo" {
      name = "Oslo"
      kind = "Store"
    }
  }
}

# The same from a table: a row names its parent's row.
locals {
  regions = {
    east  = { name = "East", parent = "" }
    south = { name = "South", parent = "" }
  }
}

resource "motimate_group" "region" {
  for_each = local.regions

  name   = each.value.name
  kind   = "Region"
  parent = each.value.parent == "" ? motimate_group.norway.id : motimate_group.region[each.value.parent].id
}
