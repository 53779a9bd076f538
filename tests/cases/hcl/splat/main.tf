locals {
  l = [{ n = "a", t = [1, 2] }, { n = "b", t = [3] }]
  one = { n = "single" }
  none = null
}
output "value" {
  value = [local.l[*].n, local.l.*.n, local.l[*].t[0], local.l.*.t, local.one[*].n, local.none[*], flatten(local.l[*].t), [for o in local.l[*] : o.n]]
}
