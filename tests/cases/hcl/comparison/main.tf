output "value" {
  value = [1 < 2, 2 <= 2, 3 > 4, 4 >= 4, 1 == 1, 1 != 2, "a" == "a", "1" == 1, true == "true", null == null, [1, 2] == [1, 2], { a = 1 } == { a = 1 }, !true, true && false, true || false, !(1 == 2) && true]
}
