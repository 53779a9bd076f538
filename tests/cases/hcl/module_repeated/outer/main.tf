
variable "names" { type = list(string) }
module "inner" {
  source   = "../child"
  for_each = toset(var.names)
  name     = each.value
}
output "all" { value = { for k, m in module.inner : k => m.full } }
