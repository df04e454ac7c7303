provider "motimate" {
  sandbox      = true     # the embedded server: no account, nothing to install
  user_removal = "delete" # so that destroy works; a real organisation leaves this out

  kinds = {
    organization = "Organization"
    region       = "Region"
    store        = "Store"
  }
}

# What a policy may have something against, to try it out.

variable "domain" {
  description = "The domain of everybody's mail address."
  type        = string
  default     = "example.org"
}

variable "north" {
  description = "The region that the stores in the north belong to."
  type        = string
  default     = "north"
}

variable "closed" {
  description = "Stores that are closed; their people go."
  type        = set(string)
  default     = []
}

locals {
  regions = { south = "South", north = "North" }
  stores = { for key, store in {
    oslo   = { name = "Oslo", region = "south" }
    bergen = { name = "Bergen", region = "south" }
    tromso = { name = "Tromsø", region = var.north }
    bodo   = { name = "Bodø", region = var.north }
  } : key => store if !contains(var.closed, key) }
  staff = merge([for store in keys(local.stores) : {
    for n in range(1, 4) : "${store}-${n}" => store
  }]...)
}

resource "motimate_group" "acme" {
  name = "Acme"
  kind = "organization"
}

resource "motimate_group" "region" {
  for_each = local.regions
  name     = each.value
  kind     = "region"
  parent   = motimate_group.acme.id
}

resource "motimate_group" "store" {
  for_each = local.stores
  name     = each.value.name
  kind     = "store"
  parent   = motimate_group.region[each.value.region].id
}

resource "motimate_user" "staff" {
  for_each = local.staff
  email    = "${each.key}@${var.domain}"
  groups   = [motimate_group.store[each.value].id]
}
