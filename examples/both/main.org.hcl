# One row of staff.csv is one person in two systems.

provider "motimate" {
  sandbox      = true
  user_removal = "delete" # so that destroy works; a real organisation leaves this out

  kinds = {
    organization = "Organization"
  }
}

provider "moxtra" {
  sandbox = true
  org_id  = "PuE0cDUJRkg98FG0FUwJqi4" # so that users are read 100 at a time
}

locals {
  staff = { for p in csvdecode(file("staff.csv")) : p.number => p }

  # In Moxtra people have ids that nobody chose. Their unique ids are our numbers.
  accounts = { for u in data.moxtra_org_users.all.users : u.unique_id => u.id if u.unique_id != null }
}

data "moxtra_org_users" "all" {}

resource "motimate_group" "acme" {
  name = "Acme"
  kind = "organization"
}

resource "motimate_user" "staff" {
  for_each = local.staff

  employee_number = each.key
  email           = each.value.email
  first_name      = each.value.first_name
  last_name       = each.value.last_name
  groups          = [motimate_group.acme.id]
}

resource "moxtra_user" "staff" {
  for_each = { for number, p in local.staff : number => p if contains(keys(local.accounts), number) }

  user_id    = local.accounts[each.key]
  first_name = each.value.first_name
  last_name  = each.value.last_name
  language   = each.value.language == "" ? null : each.value.language
}

output "without_moxtra" {
  value = [for number, p in local.staff : p.email if !contains(keys(local.accounts), number)]
}
