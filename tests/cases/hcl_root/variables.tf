variable "from_default" { default = "default" }
variable "from_tfvars" { default = "default" }
variable "from_tfvars_json" { default = "default" }
variable "from_auto" { default = "default" }
variable "from_auto_json" { default = "default" }
variable "from_last_auto" { default = "default" }
variable "converted" {
  type    = map(list(string))
  default = {}
}
variable "null_given" {
  type     = string
  default  = "default"
  nullable = false
}
locals {
  precedence = {
    from_default     = var.from_default
    from_tfvars      = var.from_tfvars
    from_tfvars_json = var.from_tfvars_json
    from_auto        = var.from_auto
    from_auto_json   = var.from_auto_json
    from_last_auto   = var.from_last_auto
  }
}
output "root_precedence" { value = local.precedence }
output "root_converted" { value = [var.converted, var.null_given] }
output "root_paths" { value = [path.module, path.root, fileexists("${path.module}/variables.tf")] }
