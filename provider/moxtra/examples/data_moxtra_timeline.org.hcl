data "moxtra_timeline" "news" {
  filter = "unreadfeeds"
  sort   = "time"
}

output "who_did_what" {
  value = [for f in data.moxtra_timeline.news.feeds : "${f.actor.displayName}: ${f.verb}"]
}
