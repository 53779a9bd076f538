locals {
  n = 5
  b = true
  l = ["a", "b"]
}
output "value" {
  value = ["x${local.n}y", "${local.n}", "${local.b}", "x${local.b}", "${local.l}", "a${"b${"c"}"}", "${local.n}${local.n}", "${ local.n + 1 }", "x${~ local.n ~} y"]
}
