data "motimate_user" "ada" {
  email = "ada@example.org"
}

output "groups_of_ada" {
  value = data.motimate_user.ada.groups
}
