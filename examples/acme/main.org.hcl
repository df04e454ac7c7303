# Acme sells coffee in three countries. This folder is its whole organisation:
#
#   main.org.hcl       settings, the provider, variables
#   groups.org.hcl     the group tree: nested blocks, and a table for two countries
#   units.csv          that table
#   positions.org.hcl  what people can be; the list is positions.yaml
#   people.org.hcl     who works where; the list is staff.csv
#   outputs.org.hcl    what other tools may want to know

espalier {
  required_version = ">= 0.1.0"

  state "file" {
    path = "espalier.state.json"
  }

  # A plan that would delete more than this share of the people, the groups or
  # the positions is refused, unless the command says how many it may delete; and
  # so is one that takes a group or a position from more than that share of people.
  guard {
    max_delete          = "10%"
    max_missing         = "10%"
    max_people_affected = "10%"
  }
}

provider "motimate" {
  # The embedded server. With -var sandbox=false and -var subdomain=NAME the same
  # files describe a real organisation; its credentials come from the environment.
  sandbox   = var.sandbox
  subdomain = var.sandbox ? null : var.subdomain

  # What happens to a person who is gone from staff.csv. "delete" lets this
  # example be destroyed without a trace. A deleted account cannot be restored by
  # the API, so a real organisation says "strip" (out of every group and position,
  # the account stays) or leaves the default, "refuse".
  user_removal = var.user_removal

  # The level names used in these files, highest first, and what each is called
  # in Motimate. Whoever renames a level there changes one line here.
  kinds = {
    organization = "Organization"
    country      = "Country"
    region       = "Region"
    store        = "Store"
  }
}

variable "sandbox" {
  type        = bool
  default     = true
  description = "Use the embedded server instead of a real organisation."
}

variable "subdomain" {
  type        = string
  default     = null
  description = "The first label of the organisation's address: acme for https://acme.motimateapp.com."

  validation {
    condition     = var.subdomain == null || can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", var.subdomain))
    error_message = "The subdomain is the first label of the address alone, such as acme: small letters, digits and dashes."
  }
}

variable "user_removal" {
  type        = string
  default     = "delete"
  description = "What a person gone from staff.csv gets: refuse, strip, forget or delete."

  validation {
    condition     = contains(["refuse", "strip", "forget", "delete"], var.user_removal)
    error_message = "user_removal is one of refuse, strip, forget and delete."
  }
}

variable "staff_file" {
  type        = string
  default     = "staff.csv"
  description = "The list of people, so that next month's list can be planned before it takes its place."

  validation {
    condition     = endswith(var.staff_file, ".csv")
    error_message = "staff_file must be the path of a .csv file."
  }
}
