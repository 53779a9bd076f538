variable "enabled" { default = true }
resource "terraform_data" "one" {
  count = var.enabled ? 1 : 0
  input = "on-${count.index}"
}
resource "terraform_data" "none" {
  count = var.enabled ? 0 : 1
  input = "off"
}
resource "terraform_data" "many" {
  count = 3
  input = { index = count.index, name = format("n%02d", count.index) }
}
output "value" { value = [terraform_data.one[0].input, terraform_data.one[*].input, length(terraform_data.none), terraform_data.none[*].input, terraform_data.many[*].input.name, terraform_data.many[2].input.index, one(terraform_data.one[*].input), try(terraform_data.none[0].input, "fallback")] }
