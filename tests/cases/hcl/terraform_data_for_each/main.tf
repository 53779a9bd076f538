locals {
  apps = { web = { port = 80 }, api = { port = 8080 } }
}
resource "terraform_data" "map" {
  for_each = local.apps
  input    = "${each.key}:${each.value.port}"
}
resource "terraform_data" "set" {
  for_each = toset(["b", "a"])
  input    = "${each.key}=${each.value}"
}
resource "terraform_data" "filtered" {
  for_each = { for k, v in local.apps : k => v if v.port > 100 }
  input    = each.value
}
output "value" { value = [terraform_data.map["web"].input, [for k, r in terraform_data.map : "${k}/${r.input}"], values(terraform_data.set)[*].input, keys(terraform_data.filtered), terraform_data.filtered["api"].input.port, { for k, r in terraform_data.set : k => r.input }] }
