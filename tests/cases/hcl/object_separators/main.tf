output "value" {
  value = {
    a = 1, b = 2
    c : 3
    "d" = { e : 4, f = 5 }, g = 6,
    1 = "number", true = "bool", null = "null"
    for = "keyword", if = "other"
  }
}
