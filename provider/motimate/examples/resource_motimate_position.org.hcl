resource "motimate_position" "barista" {
  name      = "Barista"
  import_id = "hr-17"
}
