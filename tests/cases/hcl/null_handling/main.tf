locals { n = null }
output "value" {
  value = [local.n == null, local.n != null ? "set" : "unset", coalesce(local.n, "x"), { a = null }, [null], jsonencode({ a = null }), merge({ a = 1 }, { a = null })]
}
