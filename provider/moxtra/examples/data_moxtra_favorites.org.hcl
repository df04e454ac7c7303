data "moxtra_favorites" "me" {}

output "binders" {
  value = distinct([for f in data.moxtra_favorites.me.feeds : f.generator.id])
}
