output "value" {
  value = [format("%s-%d", "a", 5), format("%05d|%-5s|%5s|%x|%X|%o|%b", 42, "ab", "ab", 255, 255, 8, 5), format("%.2f %f %g", 1.005, 1.5, 1.5), format("%q %v %t %%", "a\"b", 1.5, true), format("%[2]s %[1]s", "a", "b"), format("%v", ["a", 1]), format("%#v", "x"), format("%+d % d", 5, 5), formatlist("%s.%s", ["a", "b"], "x"), formatlist("<%s>", ["p", "q"]), format("%.3s", "abcdef"), format("%s", 1.50)]
}
