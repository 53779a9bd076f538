locals {
  list = ["a", "b", "c"]
  map  = { one = 1, "two words" = 2, (upper("k")) = 3 }
  deep = { a = { b = [{ c = "found" }] } }
}
output "value" {
  value = [local.list[0], local.list[-1 + 2], local.list.2, local.map.one, local.map["two words"], local.map["K"], local.deep.a.b[0].c, local.deep["a"]["b"].0["c"], [1, "a", true], { a = 1, a = 2 }, {}, []]
}
