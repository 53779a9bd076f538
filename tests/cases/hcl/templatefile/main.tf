output "value" {
  value = [
    templatefile("${path.module}/policy.tftpl", { account = "111122223333", actions = ["a", "b"], public = true }),
    jsondecode(templatefile("${path.module}/policy.tftpl", { account = "444455556666", actions = [], public = false })),
    templatefile("${path.module}/list.tftpl", { items = { b = 2, a = 1 }, title = "T" }),
  ]
}
