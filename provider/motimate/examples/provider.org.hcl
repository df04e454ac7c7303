provider "motimate" {
  subdomain = "acme" # https://acme.motimateapp.com; credentials come from the environment

  # What this configuration calls the levels, highest first, and what they are
  # called in Motimate today.
  kinds = {
    organization = "Organization"
    country      = "Country"
    store        = "Store"
  }
}

# A second tenant, by an alias.
provider "motimate" {
  alias     = "franchise"
  subdomain = "acme-franchise"
}

resource "motimate_position" "owner" {
  provider = motimate.franchise
  name     = "Owner"
}
