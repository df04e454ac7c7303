provider "moxtra" {
  # client_id, client_secret and unique_id come from the environment. The unique id must
  # be that of an account that is there: another one would be made.
  org_id = "PuE0cDUJRkg98FG0FUwJqi4"
}

# The server that the vendor calls sandbox, by an alias.
provider "moxtra" {
  alias       = "trial"
  environment = "sandbox"
}

resource "moxtra_user" "me" {
  provider = moxtra.trial
  user_id  = "me"
  language = "en"
}
