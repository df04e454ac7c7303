data "motimate_me" "admin" {}

output "organisation_id" {
  value       = motimate_group.acme.id
  description = "The id of the top group."
}

output "stores_by_table" {
  value       = sort([for u in local.units : u.name if u.kind == "store"])
  description = "The stores that come from units.csv."
}

output "people" {
  value       = length(local.staff)
  description = "How many people staff.csv holds."
}

output "applied_as" {
  value       = data.motimate_me.admin.email
  description = "The account that holds the token."
}
