# The first to be read.
from_tfvars      = "terraform.tfvars"
from_tfvars_json = "terraform.tfvars"
from_auto        = "terraform.tfvars"
from_auto_json   = "terraform.tfvars"
from_last_auto   = "terraform.tfvars"
converted        = { a = ["x", 1, true], b = [] }
null_given       = null
