# Fifty runs want this state at once; each of them makes one of these.
espalier {
}

provider "motimate" {
  read_lag = "0s"
}

resource "motimate_position" "one" {
  for_each = toset([for n in range(1, 51) : tostring(n)])
  name     = "Position ${each.key}"
}
