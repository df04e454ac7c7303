provider "motimate" {
  sandbox  = true
  read_lag = "0s"
}

resource "motimate_group" "choir" {
  name = "Choir"
  kind = "Organization"
}

resource "motimate_user" "voice" {
  for_each = toset(["soprano", "alto", "tenor", "bass"])
  email    = "${each.key}@example.org"
  groups   = [motimate_group.choir.id]
}
