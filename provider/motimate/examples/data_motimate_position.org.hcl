data "motimate_position" "barista" {
  name = "Barista"
}

output "barista" {
  value = data.motimate_position.barista.id
}
