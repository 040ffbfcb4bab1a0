"""Interrupts a search once there is a first winner; prints how it ended.

    interrupt.py ARCHIVE COMMAND...
"""

import signal
import sqlite3
import subprocess
import sys
import time


def verdicts(archive):
    """How many checks the archive holds; none while it is being made."""
    try:
        with sqlite3.connect("file:%s?mode=ro" % archive, uri=True) as database:
            return database.execute("select count(*) from verdicts").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


archive, command = sys.argv[1], sys.argv[2:]
child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
deadline = time.monotonic() + 120
# Of the kernel, and of the program.
while time.monotonic() < deadline and child.poll() is None:
    if verdicts(archive) >= 2:
        break
    time.sleep(0.05)
child.send_signal(signal.SIGINT)
account = child.communicate(timeout=120)[1]
print("status", child.returncode)
print(account)
