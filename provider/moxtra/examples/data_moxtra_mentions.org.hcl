data "moxtra_mentions" "me" {}

output "messages" {
  value = [for f in data.moxtra_mentions.me.feeds : f.object.content_text if f.object != null]
}
