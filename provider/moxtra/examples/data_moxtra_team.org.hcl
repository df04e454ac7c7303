data "moxtra_user" "me" {}

data "moxtra_team" "mine" {
  team_id = data.moxtra_user.me.teams[0].id
}

output "owners" {
  value = [for m in data.moxtra_team.mine.members : m.member.name if m.owner]
}
