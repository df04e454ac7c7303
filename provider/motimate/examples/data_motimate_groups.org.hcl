data "motimate_groups" "stores" {
  kind = "Store"
}

output "stores" {
  value = [for g in data.motimate_groups.stores.groups : g.path]
}
