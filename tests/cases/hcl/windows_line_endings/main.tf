locals {
  a = "x"
  b = [
    1,
    2,
  ]
  h = <<EOF
one
  two
EOF
  i = <<-EOF
    three
      four
  EOF
}
output "value" { value = [local.a, local.b, local.h, local.i] }
