data "motimate_group" "oslo" {
  path = "Acme/Norway/Oslo"
}

data "motimate_users" "editors" {
  group             = data.motimate_group.oslo.id
  organization_role = "training_editor"
}

output "editors_in_oslo" {
  value = [for u in data.motimate_users.editors.users : u.email]
}
