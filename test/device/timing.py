#!/usr/bin/env python3
# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether equal kernels are called equal, and slower ones slower.

    test/device/timing.py [--binary=build/static/bin/kernel-opt] [--json=FILE]
                          [PLAN.json ...]

Each of fifty kernels (kernels.py), and of the plans named, is compared with
itself, loaded a second time, and with itself made 3 % slower: by more rounds of
its loop where there are no memory accesses, else by blocks that wait before they
begin. The last lines count what was asked for:

    at least 44 of 50 intervals contain 1; above 20 us 90 % of the ratios within
    0.5 % and all within 1 %; below, all within 2 %; above 20 us, 94 % of those
    slowed are found slower.

The exit status is the number of those that do not hold.
"""

import argparse
import json
import math
import os
import sys

from kernels import fifty
from plans import Clock, Lost, Worker, find_binary, stalled

SLOWER = 0.03


def loaded(worker, plan):
    return worker.ask("load", plan=plan, guard="none", most_drawn=65536)


def compare(worker, baseline, candidate, blocks, seed):
    """Of two plans; the answer and what the driver said of the first."""
    first = loaded(worker, baseline)
    second = loaded(worker, candidate)
    answer = worker.ask(
        "compare",
        handle=second["handle"],
        baseline=first["handle"],
        least_blocks=10,
        most_blocks=blocks,
        seed=seed,
    )
    for each in (first, second):
        worker.ask("unload", handle=each["handle"])
    return answer, first["kernels"][0]


def more_rounds(plan, seconds):
    """What waits changes where the blocks of a last, partial wave run, and can
    make the whole faster; more work cannot."""
    changed = json.loads(json.dumps(plan))
    rounds = changed["launches"][0]["arguments"][-1]["scalar"]
    # A launch takes about 5 us, whatever the rounds.
    share = SLOWER * seconds / max(seconds - 5e-6, 1e-6)
    rounds["value"] = math.ceil(rounds["value"] * (1 + share))
    return changed


def judge(worker, plan, seed, blocks, multiprocessors):
    answer, facts = compare(worker, plan, plan, blocks, seed)
    ratio = answer["log_ratio"]
    seconds = answer["baseline_seconds"]
    clocks = [c for b in answer["blocks"] for c in b["baseline"]["clock_hz"] if c > 0]
    clock = sorted(clocks)[len(clocks) // 2] if clocks else 1.7e9
    wave = facts["blocks_per_multiprocessor"] * multiprocessors
    pair = stalled(plan, 1, wave), stalled(plan, int(SLOWER * seconds * clock), wave)
    if plan["name"].startswith(("multiply", "tail")):
        pair = plan, more_rounds(plan, seconds)
    slow, _ = compare(worker, *pair, blocks, seed)
    row = {
        "plan": plan["name"],
        "seconds": seconds,
        "ratio": math.exp(ratio["mean"]),
        "low": math.exp(ratio["low"]),
        "high": math.exp(ratio["high"]),
        "blocks": answer["blocks_used"],
        "set_aside": answer["blocks_set_aside"],
        "warm": answer["warm"],
        "verdict": answer["verdict"],
        "clock_hz": clock,
        "slowed": math.exp(slow["log_ratio"]["mean"]),
        "slowed_low": math.exp(slow["log_ratio"]["low"]),
        "slowed_high": math.exp(slow["log_ratio"]["high"]),
        "slowed_verdict": slow["verdict"],
        "problems": answer["problems"] + slow["problems"],
    }
    row["log_ratios"] = [b["log_ratio"] for b in answer["blocks"]]
    # Timestamps have steps: no two times differ by less.
    times = {s for b in answer["blocks"] for s in b["baseline"]["seconds"]}
    times = sorted(round(t * 1e9) for t in times)
    steps = [b - a for a, b in zip(times, times[1:]) if b - a > 1]
    row["timestamp_step_ns"] = min(steps, default=0)
    return row


def line(row):
    return "%-24s %10.2f us  %.4f [%.4f, %.4f] %2d blocks %-9s  slowed %.4f [%.4f, %.4f] %s%s" % (
        row["plan"][:24],
        row["seconds"] * 1e6,
        row["ratio"],
        row["low"],
        row["high"],
        row["blocks"],
        row["verdict"],
        row["slowed"],
        row["slowed_low"],
        row["slowed_high"],
        row["slowed_verdict"],
        "  " + "; ".join(row["problems"]) if row["problems"] else "",
    )


def summary(rows):
    long = [r for r in rows if r["seconds"] > 20e-6]
    short = [r for r in rows if r["seconds"] <= 20e-6]
    within = lambda some, most: sum(abs(r["ratio"] - 1) <= most for r in some)
    contain = sum(r["low"] <= 1 <= r["high"] for r in rows)
    slower = sum(r["slowed_verdict"] == "slower" for r in long)
    problems = sum(bool(r["problems"]) for r in rows)
    return [
        ("intervals that contain 1", contain, len(rows), math.ceil(0.88 * len(rows))),
        ("above 20 us, within 0.5 %", within(long, 0.005), len(long), math.ceil(0.9 * len(long))),
        ("above 20 us, within 1 %", within(long, 0.01), len(long), len(long)),
        ("below 20 us, within 2 %", within(short, 0.02), len(short), len(short)),
        ("above 20 us, slowed by 3 % and found slower", slower, len(long), math.ceil(0.94 * len(long))),
        ("without problems", len(rows) - problems, len(rows), len(rows)),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plans", nargs="*", help="more plans, as PTX")
    parser.add_argument("--binary")
    parser.add_argument("--json", help="all rows, one a line")
    parser.add_argument("--blocks", type=int, default=60, help="at most, for each interval")
    parser.add_argument("--only", help="kernels whose names have this in them")
    parser.add_argument("--first", type=int, help="so many of them")
    options = parser.parse_args()
    worker = Worker(find_binary(options.binary), "--timeout=20")
    device = worker.ask("info")["device"]
    print("%s, %d multiprocessors" % (device["name"], device["multiprocessors"]))
    plans = [p for p in fifty() if not options.only or options.only in p["name"]]
    plans = plans[: options.first]
    for path in options.plans:
        with open(path) as file:
            plans.append(json.load(file))
        plans[-1]["name"] = os.path.splitext(os.path.basename(path))[0]
    rows, clock, failures = [], Clock(), 0
    log = open(options.json, "w") if options.json else None
    for seed, plan in enumerate(plans):
        try:
            row = judge(worker, plan, seed, options.blocks, device["multiprocessors"])
        except (ValueError, Lost) as error:
            failures += 1
            print("%-24s %s" % (plan["name"], str(error)[:300]), flush=True)
            continue
        rows.append(row)
        print(line(row), flush=True)
        if log:
            log.write(json.dumps(row) + "\n")
            log.flush()
    worker.end()
    for what, count, all, least in summary(rows):
        failures += count < least
        print("%-45s %3d of %3d, asked for %3d: %s" % (what, count, all, least, "ok" if count >= least else "BAD"))
    print("%.0f s" % clock())
    return min(failures, 100)


if __name__ == "__main__":
    sys.exit(main())
