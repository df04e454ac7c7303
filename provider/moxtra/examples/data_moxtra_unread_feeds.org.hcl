data "moxtra_unread_feeds" "me" {}

output "unread" {
  value = data.moxtra_unread_feeds.me.unread_feeds
}
