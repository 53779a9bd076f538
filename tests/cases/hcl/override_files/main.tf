locals {
  a = "base"
  b = "base"
}
variable "v" { default = "base" }
resource "terraform_data" "x" { input = "base" }
output "value" { value = [local.a, local.b, var.v, terraform_data.x.input] }
