resource "motimate_user" "ada" {
  email        = "ada@example.org"
  first_name   = var.name
  phone_number = var.phone
}
resource "motimate_position" "seller" {
  name = "${var.name}'s seller"
}
