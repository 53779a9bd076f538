# hash
// slashes
/* block
   comment */
locals { # trailing
  a = 1 // trailing
  b = [ # in a list
    1, /* inner */ 2, # last
    // alone
  ]
  c = { /* in an object */
    x = 1 # one
    # none
    y = 2
  }
  d = "# no // comment /* here */"
}
output "value" { value = [local.a, local.b, local.c, local.d] }
