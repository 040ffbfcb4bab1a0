"""Runs kernel-opt on random programs and counts what became of them.

    campaign.py --kernel-opt build/dev/bin/kernel-opt --count 100 --log log.jsonl

Each program goes from its text to machine code; each of its kernels is checked
against the operations it was formed of. Then all of its kernels run one after the
other in the interpreter, and what comes out is compared with the program as host
code in fp64 (`kernel-opt-verify --fp64`). A program is `wrong` if they disagree,
`refuted` if kernel-opt says that a kernel is wrong, even if it took another one
in its place, `verified` if all its kernels are by the policy, `unproven` by its
weakest one, `left` if a part stayed operations on tensors because no strategy
fits it, and an `error` if kernel-opt says that it cannot do it, or does not end
well. The log has a line for each program; a campaign that was cut off goes on
from there.
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

VERDICTS = ("verified", "unproven", "left", "wrong", "refuted", "error", "crash", "timeout")
# What a kernel that was passed over was refuted on if it is another function.
WRONG_KERNELS = ("does not stand the checks on kernel", ("same-function: ", "safety: ", "admission: "))


def is_wrong_kernel(line):
    said, obligations = WRONG_KERNELS
    return said in line and any("next one is tried: " + name in line for name in obligations)


def verdict_of(code, text):
    if code < 0 or code >= 128 or "PLEASE submit a bug report" in text or "Stack dump" in text:
        return "crash"
    if "is wrong: " in text or any(is_wrong_kernel(line) for line in text.splitlines()):
        return "refuted"
    if code != 0:
        return "error"
    if "stays operations on tensors" in text:
        return "left"
    if "\nverified by policy" not in "\n" + text:
        return "unproven"
    return "verified"


def reason_of(text):
    # What was passed over on the way is not why it ended as it did.
    lines = [line for line in text.splitlines() if "does not stand the checks" not in line]
    for line in lines:
        for word in ("error: ", "warning: "):
            if word in line:
                return line.split(word, 1)[1][:400]
    return ""


def compare_fp64(options, path, certificate):
    """The verdict of the comparison with fp64, and what was said; none if both agree."""
    if not os.path.exists(certificate):
        return None, ""
    command = [options.kernel_opt, "--tool=kernel-opt-verify", "--fp64=" + certificate, path, "--seeds=1"]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=options.timeout, check=False
    )
    said = done.stderr + done.stdout
    if done.returncode == 0:
        return None, said
    if done.returncode == 1:
        return "wrong", "error: " + done.stdout
    return "crash" if done.returncode < 0 else "error", "error: fp64: " + said


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
            passed_over = said.count("passed over: strategy")
            if options.fp64 and done.returncode == 0:
                worse, told = compare_fp64(options, path, os.path.join(folder, "out.mlir.cert.json"))
                if worse:
                    verdict, said = worse, told + "\n" + said
        except subprocess.TimeoutExpired:
            verdict, said, passed_over = "timeout", "", 0
    return {
        "seed": seed,
        "program": number,
        "verdict": verdict,
        "kernels": said.count("  checked  "),
        "passed_over": passed_over,
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
    parser.add_argument("--no-fp64", dest="fp64", action="store_false", help="do not compare with fp64")
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
    over = [record["program"] for record in records if record.get("passed_over")]
    if over:
        print("strategies passed over in %d programs: %s" % (len(over), ", ".join(map(str, sorted(over)))))
    wrong = counts["wrong"] + counts["refuted"] + counts["error"] + counts["crash"] + counts["timeout"]
    return int(wrong > 0 or counts["verified"] < options.least * len(records))


if __name__ == "__main__":
    sys.exit(main())
