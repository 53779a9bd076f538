
locals { b = "override" }
resource "terraform_data" "x" { input = "override" }
