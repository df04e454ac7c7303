resource "moxtra_user_picture" "me" {
  user_id = "me"
  source  = "files/portrait.png" # beside this file
}
