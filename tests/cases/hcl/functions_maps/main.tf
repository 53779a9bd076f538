output "value" {
  value = [merge({ a = 1, b = 2 }, { b = 3, c = 4 }), merge({}, null, { x = "y" }), keys({ b = 1, a = 2 }), values({ b = 1, a = 2 }), lookup({ a = "x" }, "a", "d"), lookup({ a = "x" }, "z", "d"), zipmap(["a", "b"], [1, 2]), transpose({ a = ["1", "2"], b = ["2"] }), merge([{ a = 1 }, { b = 2 }]...), matchkeys(["i", "j"], ["a", "b"], ["b"])]
}
