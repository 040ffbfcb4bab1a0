"""Kills a search at random moments; the same command must end as if nothing had
happened, without doing again what was done.

    kill_and_resume.py FOLDER KILLS COMMAND...

COMMAND lacks --database and -o. Prints "survived N kills".
"""

import os
import random
import re
import signal
import subprocess
import sys
import time


def command_for(folder, name, command):
    return command + [
        "--database=" + os.path.join(folder, name + ".sqlite"),
        "-o",
        os.path.join(folder, name + ".mlir"),
    ]


def run(folder, name, command):
    """Runs to the end; returns the account and the seconds."""
    start = time.monotonic()
    done = subprocess.run(
        command_for(folder, name, command), stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        sys.exit("%s ended with %d:\n%s" % (name, done.returncode, done.stderr))
    return done.stderr, time.monotonic() - start


def evaluated(account):
    return tuple(
        int(n)
        for n in re.search(
            r"(\d+) schedules evaluated, (\d+) known", account
        ).groups()
    )


def winner(account):
    """What was found, without what it took and what was recalled."""
    lines = account.splitlines()
    return [
        line
        for line in lines
        if "modelled" in line and "decided by" not in line or "hashes" in line
    ]


def main():
    folder, kills, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    os.makedirs(folder, exist_ok=True)
    whole, seconds = run(folder, "whole", command)
    random.seed(11)
    for _ in range(kills):
        child = subprocess.Popen(
            command_for(folder, "killed", command), stderr=subprocess.DEVNULL
        )
        try:
            child.wait(timeout=random.uniform(0.05, 0.8) * seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
    resumed, _ = run(folder, "killed", command)
    if winner(resumed) != winner(whole):
        sys.exit("another winner:\n%s\ninstead of\n%s" % (resumed, whole))
    # Nothing that was finished is done twice: one more run does nothing at all.
    again, _ = run(folder, "killed", command)
    if evaluated(again)[0] != 0:
        sys.exit("something was lost:\n" + again)
    if sum(evaluated(resumed)) != sum(evaluated(whole)):
        sys.exit("other work was done:\n%s\ninstead of\n%s" % (resumed, whole))
    print("survived %d kills" % kills)


main()
