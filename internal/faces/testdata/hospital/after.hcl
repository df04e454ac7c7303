provider "motimate" {
  sandbox  = true
  read_lag = "0s"
  kinds    = { hospital = "Organization", ward = "Store" }
}

resource "motimate_group" "hospital" {
  name = "St. Example"
  kind = "hospital"
}

resource "motimate_group" "ward" {
  for_each = toset(["Surgery", "Children", "Emergency", "Night"])
  name     = each.key
  kind     = "ward"
  parent   = motimate_group.hospital.id
}

resource "motimate_user" "nurse" {
  for_each        = { for n in range(60) : format("%03d", n) => ["Surgery", "Children", "Emergency"][n % 3] }
  employee_number = each.key
  email           = "nurse.${each.key}@example.org"
  last_name       = tonumber(each.key) < 9 ? "Night nurse ${each.key}" : null
  groups          = [motimate_group.ward[each.value].id, motimate_group.ward["Night"].id]
}
