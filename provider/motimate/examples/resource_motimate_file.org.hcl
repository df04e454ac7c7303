resource "motimate_file" "welcome" {
  source = "files/welcome.png" # beside this file
}
