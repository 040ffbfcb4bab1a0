"""Runs a command and succeeds if it exits with the given code.

expect-exit.py CODE COMMAND...
"""

import subprocess
import sys

expected = int(sys.argv[1])
found = subprocess.call(sys.argv[2:])
if found != expected:
    sys.exit("expected exit code %d, found %d" % (expected, found))
