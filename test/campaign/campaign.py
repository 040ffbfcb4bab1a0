"""Runs kernel-opt on random programs and counts what became of them.

    campaign.py --kernel-opt build/dev/bin/kernel-opt --count 100 --log log.jsonl

Each program goes from its text to machine code; each of its kernels is checked
against the operations it was formed of. A program is `verified` if all its
kernels are, `unproven` or `refuted` by its weakest one, `left` if a part stayed
operations on tensors because no strategy fits it, and an `error` if
kernel-opt says that it cannot do it, or does not end well. The log has a line
for each program; a campaign that was cut off goes on from there.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from programs import program

VERDICTS = ("verified", "unproven", "left", "refuted", "error", "crash", "timeout")


def verdict_of(code, text):
    if code < 0 or code >= 128 or "PLEASE submit a bug report" in text or "Stack dump" in text:
        return "crash"
    if "is wrong: " in text:
        return "refuted"
    if code != 0:
        return "error"
    if "stays operations on tensors" in text:
        return "left"
    if "checked        unproven" in text or "checked        not at all" in text:
        return "unproven"
    return "verified"


def reason_of(text):
    for line in text.splitlines():
        for word in ("error: ", "warning: "):
            if word in line:
                return line.split(word, 1)[1][:400]
    return ""


def run_one(options, seed, number):
    text = program(seed, number, options.small)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "program.mlir")
        with open(path, "w") as file:
            file.write(text)
        command = [options.kernel_opt, path, "-o", os.path.join(folder, "out.mlir")]
        command += ["--target=" + options.target] + options.options
        begin = time.monotonic()
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=options.timeout, check=False
            )
            verdict, said = verdict_of(done.returncode, done.stderr), done.stderr
            written = os.path.exists(os.path.join(folder, "out.mlir"))
            if done.returncode != 0 and written:
                verdict, said = "error", "error: failed, but wrote its output\n" + said
        except subprocess.TimeoutExpired:
            verdict, said = "timeout", ""
    return {
        "seed": seed,
        "program": number,
        "verdict": verdict,
        "kernels": said.count("  checked  "),
        "seconds": round(time.monotonic() - begin, 1),
        "reason": reason_of(said) if verdict != "verified" else "",
    }, text


def read_log(path, seed):
    done = {}
    if path and os.path.exists(path):
        with open(path) as file:
            for line in file:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue  # the line that was being written at the end
                if record["seed"] == seed:
                    done[record["program"]] = record
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kernel-opt", default="kernel-opt")
    parser.add_argument("--seed", help="default: a new one")
    parser.add_argument("--first", type=int, default=0, help="number of the first program")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--target", default="sm_90a")
    parser.add_argument("--small", action="store_true", help="smaller tensors")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=300, help="seconds for each program")
    parser.add_argument("--log", help="JSON lines; what it holds of this seed is not run again")
    parser.add_argument("--keep", help="folder for the programs that were not verified")
    parser.add_argument("--print", type=int, metavar="N", help="print program N and stop")
    parser.add_argument("--least", type=float, default=0.95, help="share that must be verified")
    parser.add_argument("options", nargs="*", help="further options of kernel-opt, after --")
    options = parser.parse_args()
    seed = options.seed or "%08x" % random.SystemRandom().randrange(1 << 32)
    if options.print is not None:
        sys.stdout.write(program(seed, options.print, options.small))
        return 0
    print("seed %s" % seed, flush=True)
    done = read_log(options.log, seed)
    wanted = range(options.first, options.first + options.count)
    records = [done[n] for n in wanted if n in done]
    log = open(options.log, "a") if options.log else None
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(run_one, options, seed, n) for n in wanted if n not in done]
        for job in concurrent.futures.as_completed(jobs):
            record, text = job.result()
            records.append(record)
            if log:
                log.write(json.dumps(record) + "\n")
                log.flush()
            if record["verdict"] != "verified":
                print("%(program)d: %(verdict)s (%(seconds)s s): %(reason)s" % record, flush=True)
                if options.keep:
                    os.makedirs(options.keep, exist_ok=True)
                    name = "%s-%d.mlir" % (seed, record["program"])
                    with open(os.path.join(options.keep, name), "w") as file:
                        file.write(text)
    counts = collections.Counter(record["verdict"] for record in records)
    print(", ".join("%d %s" % (counts[v], v) for v in VERDICTS if counts[v]) + " of %d" % len(records))
    wrong = counts["refuted"] + counts["error"] + counts["crash"] + counts["timeout"]
    return int(wrong > 0 or counts["verified"] < options.least * len(records))


if __name__ == "__main__":
    sys.exit(main())
