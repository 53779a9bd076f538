locals {
  x = (
    1 +
    2
  )
  cond = (
    local.x > 2
    ? "big"
    : "small"
  )
  call = merge(
    { a = 1 },
    {
      b = 2
    },
  )
  chain = [
    "a",
    "b",
  ][
    1
  ]
}
output "value" { value = [local.x, local.cond, local.call, local.chain] }
