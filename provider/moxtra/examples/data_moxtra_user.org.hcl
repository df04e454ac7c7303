data "moxtra_user" "me" {}

output "teams" {
  value = [for t in data.moxtra_user.me.teams : t.name]
}
