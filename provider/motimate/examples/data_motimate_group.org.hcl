# A group that somebody else keeps, with one of ours below it.
data "motimate_group" "norway" {
  path = "Acme/Norway"
}

resource "motimate_group" "bergen" {
  name   = "Bergen"
  kind   = "Store"
  parent = data.motimate_group.norway.id
}
