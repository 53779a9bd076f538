variable "environment" { default = "staging" }
locals {
  sizes    = { dev = "small", staging = "medium", prod = "large" }
  is_prod  = contains(["prod", "production"], var.environment)
  short    = { for k, v in local.sizes : k => substr(v, 0, 1) }
  name     = join("_", compact(["acme", var.environment, local.is_prod ? "" : "np"]))
  region   = lookup({ dev = "eu-west-1" }, var.environment, "us-west-2")
}
output "value" { value = [local.sizes[var.environment], local.is_prod, local.short, local.name, local.region, replace(title(replace(local.name, "_", " ")), " ", "")] }
