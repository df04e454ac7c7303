resource "motimate_group" "oslo" {
  name = "Oslo"
  kind = "Store"
}

resource "motimate_file" "welcome" {
  source = "files/welcome.png"
}

resource "motimate_post" "welcome" {
  title  = "Welcome to Oslo"
  body   = "The new store opens on Monday."
  groups = [motimate_group.oslo.id]
  files  = [motimate_file.welcome.id]
}
