locals {
  a = { list = [{ m = { k = ["v0", "v1"] } }] }
  i = 1
  key = "m"
}
output "value" { value = [local.a.list[0].m.k[local.i], local.a["list"][0][local.key]["k"][0], local.a.list[length(local.a.list) - 1].m.k, element(local.a.list, 0).m.k[1], [for x in local.a.list : x.m.k][0][1]] }
