espalier {
  guard {
    max_delete = "10%"
  }
}

provider "motimate" {
  sandbox      = true
  read_lag     = "0s"
  user_removal = "delete"
}

locals {
  pupils = range(1, 41)
}

resource "motimate_group" "school" {
  name = "Hill School"
  kind = "Organization"

  group "class" {
    name = "Class 7"
    kind = "Store"
  }
}

resource "motimate_user" "pupil" {
  for_each   = { for n in local.pupils : format("%02d", n) => n }
  email      = "pupil.${each.key}@example.org"
  first_name = "Pupil ${each.key}"
  groups     = [motimate_group.class.id]
}
