provider "motimate" {
  sandbox      = true
  read_lag     = "0s"
  user_removal = "strip"
}

provider "moxtra" {
  sandbox = true
}

resource "motimate_group" "club" {
  name = "Chess club"
  kind = "Organization"
}

resource "motimate_user" "member" {
  for_each = toset(["ann", "ben"])
  email    = "${each.key}@example.org"
  groups   = [motimate_group.club.id]
}

resource "motimate_file" "rules" {
  source = "rules-2.txt"
}

resource "motimate_post" "welcome" {
  title  = "Welcome"
  body   = <<-EOT
    Our rules are here.
    We meet on Wednesdays at seven.
    Bring a friend.
  EOT
  files  = [motimate_file.rules.id]
  groups = [motimate_group.club.id]
}

resource "moxtra_user" "me" {
  user_id  = "me"
  timezone = "Europe/Paris"
}
