provider "moxtra" {
  sandbox = true # the embedded server: no account, nothing to install
}

resource "moxtra_user" "me" {
  user_id  = "me" # the account that holds the token
  timezone = "Europe/Oslo"
  language = "nb"
}

resource "moxtra_user_picture" "me" {
  user_id = moxtra_user.me.id
  source  = "portrait.png"
}

data "moxtra_unread_feeds" "me" {}

output "unread" {
  value = "${moxtra_user.me.email} has ${data.moxtra_unread_feeds.me.unread_feeds} unread activities"
}
