output "value" { value = [1 + 2 * 3 - 4 / 2, 1 < 2 && 2 < 3 || false, !false == true, -1 + 2, 1 == 1 ? 2 + 3 : 4, true || false && false, (1 + 2) % 2 == 1, 10 - 3 - 2, 2 * 3 % 4] }
