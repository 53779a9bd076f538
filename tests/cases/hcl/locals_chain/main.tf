locals {
  d = "${local.c}-d"
  c = "${local.b}-c"
  b = "${local.a}-b"
  a = "a"
}
locals {
  all = merge(local.base, { name = local.d })
  base = { env = "x", name = "default" }
}
output "value" { value = [local.d, local.all] }
