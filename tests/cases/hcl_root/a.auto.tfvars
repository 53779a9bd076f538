from_auto      = "a.auto.tfvars"
from_auto_json = "a.auto.tfvars"
from_last_auto = "a.auto.tfvars"
