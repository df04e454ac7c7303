data "motimate_me" "me" {}

output "token_of" {
  value = data.motimate_me.me.email
}
