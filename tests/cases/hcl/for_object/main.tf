locals { l = [{ name = "a", kind = "x" }, { name = "b", kind = "y" }, { name = "c", kind = "x" }] }
output "value" {
  value = [
    { for o in local.l : o.name => o.kind },
    { for o in local.l : o.kind => o.name... },
    { for i, o in local.l : o.name => i if o.kind == "x" },
    { for k, v in { a = 1, b = 2 } : "${k}-${v}" => {
      double = v * 2
    } },
    {
      for o in local.l :
      o.name =>
      o.kind == "x"
      ? "ex"
      : "why"
    },
  ]
}
