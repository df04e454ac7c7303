provider "motimate" {
  sandbox      = true
  read_lag     = "0s"
  user_removal = "delete"
}

locals {
  staff = csvdecode(file("staff.csv"))
}

resource "motimate_group" "stage" {
  name = "Stage"
  kind = "Organization"
}

resource "motimate_user" "p" {
  for_each        = { for x in local.staff : x.key => x }
  email           = each.value.email == "" ? null : each.value.email
  phone_number    = each.value.phone == "" ? null : each.value.phone
  employee_number = each.value.number == "" ? null : each.value.number
  first_name      = each.value.first
  last_name       = each.value.last
  groups          = [motimate_group.stage.id]
  leads           = each.value.leads == "yes" ? [motimate_group.stage.id] : []
}

output "emails" {
  value = [for x in local.staff : x.email]
}

output "boss" {
  value = "${local.staff[0].first} ${local.staff[0].last}"
}

output "size" {
  value = length(local.staff)
}
