# The code is sent as the import id, which is the first natural key of a position:
# a new name in positions.yaml renames the position.

resource "motimate_position" "position" {
  for_each = yamldecode(file("positions.yaml"))

  name      = each.value
  import_id = each.key
}
