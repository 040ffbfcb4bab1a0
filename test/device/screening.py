#!/usr/bin/env python3
# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A hundred plans screened in one process, three of which fault and one hangs.

    test/device/screening.py [--binary=build/static/bin/kernel-opt] [--json=FILE]

All are one kernel of about 1 ms in other shapes. Asked for: 96 times, the four
errors, and a look of less than 0.3 s (the median of what did not follow a
loss; loading compiles, so the second half, whose code the driver knows, is
counted). Then one kernel of about 1 ms with full checks and statistics, in two
processes, in less than 30 s. The exit status is the number of failures.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from kernels import product, scale
from plans import Clock, find_binary

COUNT = 1 << 28
FAULTS = {
    20: ("  mov.u64 %at, 0;\n  st.global.u32 [%at], %i;\n  bra end;\n", "illegal-address"),
    40: ("  trap;\n", "launch-failed"),
    60: (
        "  add.u64 %at, %p_y, 2;\n  st.global.u32 [%at], %i;\n  bra end;\n",
        "illegal-address",
    ),
    80: (
        "  mov.u64 %c0, %globaltimer;\nspin:\n  mov.u64 %c1, %globaltimer;\n"
        "  sub.u64 %c1, %c1, %c0;\n  setp.lt.u64 %p, %c1, 20000000000;\n  @%p bra spin;\n",
        "timeout",
    ),
}


def hundred():
    """Twenty shapes, five times each; times repeat, so code is compiled once."""
    shapes = [(b, g) for b in (128, 256, 512, 1024) for g in (1, 2, 4, 8, 16)]
    for i in range(100):
        block, many = shapes[i % len(shapes)]
        made = scale(COUNT, block, 132 * many * 1024 // block, name="scale")
        if i in FAULTS:
            module = made["modules"][0]
            module["ptx"] = module["ptx"].replace(
                "  mul.lo.u32 %k, %g, %d;\n", FAULTS[i][0] + "  mul.lo.u32 %k, %g, %d;\n"
            )
        yield made


def screen(binary, folder, log):
    files = []
    for i, made in enumerate(hundred()):
        files.append(os.path.join(folder, "%02d.json" % i))
        with open(files[-1], "w") as file:
            json.dump(made, file)
    clock = Clock()
    command = [binary, "--tool=kernel-opt-run", "--screen", "--json", "--timeout=2", *files]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=400)
    total = clock()
    rows = [json.loads(l) for l in done.stdout.splitlines() if l.startswith("{")]
    if log:
        log.writelines(json.dumps(dict(r, conditions=None)) + "\n" for r in rows)
    failures, looks = 0, []
    for i, row in enumerate(rows):
        kind = row.get("error", {}).get("kind")
        wanted = FAULTS.get(i, (None, None))[1]
        if kind != wanted:
            failures += 1
            print("%d: %s, expected %s: %s" % (i, kind, wanted, row.get("error")))
        elif i in FAULTS:
            print("%d: %s (%.1f s)" % (i, row["error"]["message"][:110], row["wall_seconds"]))
        elif i >= 50 and i - 1 not in FAULTS:
            looks.append(row["wall_seconds"])
    failures += len(rows) != 100
    times = [r["seconds"] for r in rows if "seconds" in r]
    print(
        "%d plans, %d times (%.3f to %.3f ms), %d errors, %.1f s in all"
        % (len(rows), len(times), min(times) * 1e3, max(times) * 1e3, len(rows) - len(times), total)
    )
    median = statistics.median(looks)
    print(
        "a look: median %.3f s, longest %.3f s; asked for 0.3 s: %s"
        % (median, max(looks), "ok" if median < 0.3 else "BAD")
    )
    return failures + (median >= 0.3)


def full(binary, folder):
    import numpy as np

    made = product(1024, name="product")
    path = os.path.join(folder, "product.json")
    with open(path, "w") as file:
        json.dump(made, file)
    run = [binary, "--tool=kernel-opt-run", path]
    dump = os.path.join(folder, "d")
    subprocess.run(run + ["--dump=" + dump], check=True, stdout=subprocess.DEVNULL)
    a, b = (np.load("%s/%s.npy" % (dump, n)) for n in "ab")
    wide = a.astype(np.float64) @ b.astype(np.float64)
    norms = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=0)[None, :]
    files = []
    for name, array in (("check", wide), ("scale", norms.astype(np.float64)), ("original", a @ b)):
        files.append("--%s=%s/%s.npy" % (name, dump, name))
        np.save("%s/%s.npy" % (dump, name), array)
    clock = Clock()
    done = subprocess.run(run + files + ["--aa", "--confirm"], capture_output=True, text=True)
    seconds = clock()
    print(done.stdout.rstrip() + done.stderr)
    good = done.returncode == 0 and seconds < 30
    print("full checks and statistics: %.1f s; asked for 30 s: %s" % (seconds, "ok" if good else "BAD"))
    return not good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary")
    parser.add_argument("--json", help="all rows, one a line")
    options = parser.parse_args()
    binary = find_binary(options.binary)
    log = open(options.json, "w") if options.json else None
    with tempfile.TemporaryDirectory() as folder:
        return min(screen(binary, folder, log) + full(binary, folder), 100)


if __name__ == "__main__":
    sys.exit(main())
