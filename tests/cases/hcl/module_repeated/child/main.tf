variable "name" { type = string }
variable "tags" {
  type    = map(string)
  default = {}
}
variable "suffix" { default = "default" }
locals { full = "${var.name}-${var.suffix}" }
output "full" { value = local.full }
output "tags" { value = merge(var.tags, { Name = local.full }) }
output "where" { value = path.module }
