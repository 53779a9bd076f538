locals {
  names = ["a", "b"]
  flag  = true
}
output "value" { value = ["${join(", ", [for n in local.names : "<${n}>"])}", "${local.flag ? "on ${join("", local.names)}" : "off"}", "%{ for n in local.names }%{ if n == "a" }[${n}]%{ else }(${n})%{ endif }%{ endfor }", "${{ a = "x" }["a"]}"] }
