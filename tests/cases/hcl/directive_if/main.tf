locals {
  on  = true
  off = false
}
output "value" {
  value = [
    "%{ if local.on }yes%{ else }no%{ endif }",
    "%{ if local.off }yes%{ endif }",
    "a %{~ if local.on ~} b %{~ else ~} c %{~ endif ~} d",
    "%{ if local.off }x%{ else }%{ if local.on }nested%{ endif }%{ endif }",
    <<EOF
start
%{ if local.on ~}
  kept indentation
%{ else ~}
  other
%{ endif ~}
end
EOF
  ]
}
