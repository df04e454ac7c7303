data "moxtra_org_users" "administrators" {
  org_id = "PuE0cDUJRkg98FG0FUwJqi4"
  admin  = true
}

output "administrators" {
  value = [for u in data.moxtra_org_users.administrators.users : u.unique_id]
}
