resource "motimate_group" "oslo" {
  name = "Oslo"
  kind = "Store"
}

resource "motimate_position" "barista" {
  name = "Barista"
}

resource "motimate_user" "staff" {
  for_each = {
    "1" = { email = "ada@example.org", first_name = "Ada", leads = true }
    "2" = { email = "bo@example.org", first_name = "Bo", leads = false }
  }

  employee_number = each.key
  email           = each.value.email
  first_name      = each.value.first_name
  groups          = [motimate_group.oslo.id]
  leads           = each.value.leads ? [motimate_group.oslo.id] : []
  positions       = [motimate_position.barista.id]
}
