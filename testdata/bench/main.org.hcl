provider "motimate" {
  sandbox = true
  kinds   = { organization = "Organization", country = "Country", region = "Region", store = "Store" }
}
locals {
  staff = csvdecode(file("staff.csv"))
}
resource "motimate_position" "p" {
  for_each = toset([for i in range(12) : "pos${i}"])
  name     = each.key
}
resource "motimate_group" "top" {
  name = "Top"
  kind = "organization"
}
resource "motimate_group" "unit" {
  for_each = { for u in csvdecode(file("units.csv")) : u.id => u }
  name     = each.value.name
  parent   = each.value.parent == "" ? motimate_group.top.id : motimate_group.unit[each.value.parent].id
}
resource "motimate_user" "staff" {
  for_each        = { for p in local.staff : p.employee_number => p }
  employee_number = each.key
  email           = each.value.email
  first_name      = each.value.first_name
  last_name       = each.value.last_name
  groups          = [motimate_group.unit[each.value.unit].id]
  leads           = each.value.lead == "yes" ? [motimate_group.unit[each.value.unit].id] : []
  positions       = [motimate_position.p[each.value.position].id]
}
