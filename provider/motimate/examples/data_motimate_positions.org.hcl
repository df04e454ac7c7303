data "motimate_positions" "all" {}

output "positions" {
  value = [for p in data.motimate_positions.all.positions : p.name]
}
