resource "moxtra_user" "me" {
  user_id  = "me" # the account that holds the token
  timezone = "Europe/Oslo"
}

# Others by their ids, from a table. A field that is left out, or null, is not touched.
resource "moxtra_user" "staff" {
  for_each = {
    "Utkj3YC5BxRHCCaq9widP67" = { first_name = "John", language = "en" }
    "Ua9hIj1Bi33F3bxq5yQ4gCH" = { first_name = null, language = "zh-tw" }
  }

  user_id    = each.key
  first_name = each.value.first_name
  language   = each.value.language
}
