locals {
  l = ["a", "b", "c"]
  m = { x = 1, y = 2 }
}
output "value" {
  value = [
    [for v in local.l : upper(v)],
    [for i, v in local.l : "${i}:${v}" if i != 1],
    [for k, v in local.m : "${k}=${v}"],
    [for v in toset(["z", "a", "z"]) : v],
    [for k, v in toset(["b", "a"]) : "${k}${v}"],
    [for a in local.l : [for b in ["1", "2"] : "${a}${b}"]],
    [
      for v in local.l :
      v == "a"
      ? "first"
      : "other"
      if v != "c"
    ],
  ]
}
