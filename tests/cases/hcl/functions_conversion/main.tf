output "value" {
  value = [tostring(1.5), tostring(true), tonumber("7"), tobool("true"), tolist([1, 2]), tomap({ a = 1, b = "x" }), tolist(["a", 1]), tostring(null), tolist(toset(["b", "a"])), nonsensitive("plain")]
}
