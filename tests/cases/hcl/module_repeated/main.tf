module "counted" {
  source = "./child"
  count  = 2
  name   = "n${count.index}"
}
module "each" {
  source   = "./child"
  for_each = { a = "one", b = "two" }
  name     = each.key
  suffix   = each.value
}
module "nested" {
  source = "./outer"
  names  = ["p", "q"]
}
output "value" { value = [module.counted[*].full, module.counted[1].tags, [for k, m in module.each : "${k}:${m.full}"], module.each["b"].full, module.nested.all] }
