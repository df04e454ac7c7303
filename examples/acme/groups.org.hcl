# Nested blocks are the tree: a block's parent is the block around it, and its
# kind is the next level down unless it says otherwise. Addresses are flat, so
# that moving a block to another place moves the group and does not replace it.

resource "motimate_group" "acme" {
  name = "Acme"
  kind = "organization"

  group "head_office" {
    name = "Head office"
    kind = "region" # straight below the organisation: levels may be left out
  }

  group "norway" {
    name = "Norge"

    group "east_norway" {
      name = "Østlandet"

      group "oslo_grunerlokka" {
        name = "Oslo Grünerløkka"
      }
      group "oslo_majorstuen" {
        name = "Oslo Majorstuen"
      }
      group "drammen" {
        name = "Drammen"
      }
      group "hamar" {
        name = "Hamar"
      }
    }

    group "west_norway" {
      name = "Vestlandet"

      group "bergen" {
        name = "Bergen"
      }
      group "stavanger" {
        name = "Stavanger"
      }
      group "alesund" {
        name = "Ålesund"
      }
    }

    group "north_norway" {
      name = "Nord-Norge"

      group "tromso" {
        name = "Tromsø"
      }
      group "bodo" {
        name = "Bodø"
      }
    }
  }
}

# The other two countries come from a table in which each row names its parent by
# the parent's id in the same table; a row without one stands right below Acme. The
# rows may stand in any order and go to any depth.

locals {
  units = { for u in csvdecode(file("units.csv")) : u.id => u }
}

resource "motimate_group" "unit" {
  for_each = local.units

  name   = each.value.name
  kind   = each.value.kind
  parent = each.value.parent == "" ? motimate_group.acme.id : motimate_group.unit[each.value.parent].id
}
