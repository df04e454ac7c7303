provider "motimate" {
  sandbox      = true     # the embedded server: no account, nothing to install
  user_removal = "delete" # so that destroy works; a real organisation leaves this out

  kinds = {
    organization = "Organization"
    store        = "Store"
  }
}

resource "motimate_group" "acme" {
  name = "Acme"
  kind = "organization"

  group "oslo" {
    name = "Oslo"
  }
}

resource "motimate_user" "reader" {
  email      = "reader@example.org"
  first_name = "Robin"
  groups     = [motimate_group.acme.id, motimate_group.oslo.id]
}

# Every file in the folder media, by its name.
resource "motimate_file" "media" {
  for_each = fileset("media", "*")
  source   = "media/${each.key}"
}

resource "motimate_post" "welcome" {
  title  = "Welcome to Acme"
  body   = <<-EOT
    This is where the news from all stores goes.
    The picture shows what we are named after.
  EOT
  files  = [motimate_file.media["welcome.png"].id]
  groups = [motimate_group.acme.id]
}

resource "motimate_post" "hours" {
  title  = "Opening hours"
  body   = file("media/opening-hours.txt")
  files  = [motimate_file.media["opening-hours.txt"].id]
  groups = [motimate_group.oslo.id]
}

output "media" {
  value       = { for name, f in motimate_file.media : name => "${f.content_type}, ${f.size} bytes" }
  description = "What is uploaded, as far as it is known before anything is sent."
}
