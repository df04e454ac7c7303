resource "moxtra_user" "ada" {
  user_id    = "Ua9hIj1Bi33F3bxq5yQ4gCH"
  first_name = var.name
  last_name  = var.phone
}
resource "moxtra_user" "seller" {
  user_id    = "me"
  first_name = "${var.name}'s seller"
}
