locals { o = { a = { b = 1 } } }
output "value" {
  value = [try(local.o.a.b, 0), try(local.o.x.y, "fallback"), try(local.o["nope"], local.o.a["zip"], "third"), can(local.o.a), can(local.o.z), can(regex("^[a-z]+$", "abc")), can(regex("^[a-z]+$", "A1")), try(tonumber("x"), -1), try(jsondecode("not json"), {})]
}
