# What is written in Terraform's rarer forms (folded lines, indented blocks) is left unknown, and so not here.
output "value" {
  value = [
    yamlencode({ a = [1, 2], b = { c = "x y", d = null, e = true }, "f g" = 1.5, h = [], i = {}, j = [{ k = 1, l = [2] }, [3, [4]]], m = "" }),
    yamlencode("plain"),
    yamlencode(""),
    yamlencode("a\nb\n"),
    yamlencode("a\tb"),
    yamlencode([{ a = "x\ny\n" }, { b = "x\ny" }, { d = "trail \n\n" }]),
    yamlencode({ u = "ünï", q = "a\"b\\c\t:", t = "yes", n = "1" }),
    yamlencode({ "k k" = "v", l = "a b\nc d\n\ne", s = ["l1\nl2\n"], t = [{ "m" = "x\ny" }], w = "x\n y\n" }),
    yamlencode([]),
    yamlencode({}),
    yamlencode(12345),
    yamlencode(0.25),
    yamlencode(true),
    yamlencode(null),
    yamlencode([[], [[["a"]]], "x", [{ a = [{ b = [] }] }]]),
    yamlencode(toset(["b", "a"])),
    yamlencode({ x = { y = { z = [{}] } } }),
    yamldecode(yamlencode({ Statement = [{ Effect = "Allow", Principal = "*" }] })),
  ]
}
