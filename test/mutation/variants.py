#!/usr/bin/env python3
"""Draws legal variants of the corpus and verifies each: none may be refuted.

    variants.py --tool build/dev/test/mutation/kernel-opt-mutants --kernel-opt build/dev/bin/kernel-opt
                [--count 200] [--seed S] [--policy algebra-only]

A variant is a program of the corpus in which up to two rules of `rewrites/` are
applied where they match, and one of its kernels is scheduled by a strategy that
fits, with any combination of its knobs: what a search can come to. Combinations
that do not apply are drawn again. Each variant is checked against the program as
it was. The run fails if one is refuted, not evaluated or crashes the verifier, or
if more than 2 % are unproven.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

from mutation import seed_of
from workers import read_corpus

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MOST_UNPROVEN = 0.02
VERDICTS = ("verified", "unproven", "refuted", "rejected", "crash", "timeout")


class Variants:
    """What can be made of one program."""

    def __init__(self, kernel, options, folder):
        self.kernel, self.options, self.folder = kernel, options, folder
        self.path = self.write("original", kernel.text)
        self.drawn, self.seen = 0, set()
        # A plan names the operations that it was written for.
        self.may_rewrite = "kopt.fusion" not in kernel.text

    def write(self, name, text):
        path = os.path.join(self.folder, f"{self.kernel.name}.{name}.mlir")
        with open(path, "w") as file:
            file.write(text)
        return path

    def ask(self, *arguments):
        return subprocess.run([self.options.kernel_opt, *arguments], capture_output=True, text=True,
                              timeout=self.options.seconds)

    def matches(self, path):
        """Pairs of a rule and a site."""
        said = self.ask(path, "--kopt-list-matches=file=" + self.options.rewrites)
        found = (json.loads(m) for m in re.findall(r"remark: match (\{.*\})$", said.stderr, re.M))
        return [f"{m['rule']}@{m['site']}" for m in found]

    def rewrite(self, name, draws):
        """The file of a program with up to two rules applied, and which."""
        path, used = self.path, []
        for _ in range(draws.choice((0, 1, 1, 2)) if self.may_rewrite else 0):
            sites = self.matches(path)
            if not sites:
                break
            site = draws.choice(sites)
            said = self.ask(path, f"--kopt-apply-rules=file={self.options.rewrites} sites={site}")
            if said.returncode:
                break
            path = self.write(f"{name}.{len(used)}", said.stdout)
            used.append(site)
        return path, used

    def spaces(self, path):
        """Kernels, strategies that fit them, and the options of their knobs."""
        said = self.ask(path, "--list-space=1", "--database=none")
        found, kernel = [], None
        for line in said.stdout.splitlines():
            if named := re.match(r"(\S+) sha256:", line):
                kernel = named[1]
            elif re.match(r"  \w+$", line):
                found.append((kernel, line.strip(), {}))
            elif found and (knob := re.match(r"    (\w+): ([-\d, ]+)$", line)):
                found[-1][2][knob[1]] = knob[2].split(", ")
        return found

    def draw(self, number):
        """One variant, as (rules, kernel, strategy, knobs, answer); None where nothing applies."""
        draws = random.Random(seed_of(self.options.seed, self.kernel.name, number))
        path, used = self.rewrite(str(number), draws)
        spaces = self.spaces(path)
        if not spaces:
            return None
        kernel, strategy, knobs = draws.choice(spaces)
        chosen = {name: draws.choice(values) for name, values in knobs.items()}
        command = [self.options.tool, path, "--kernel=" + kernel, "--strategy=" + strategy, "--policy=" + self.options.policy,
                   f"--nonce={seed_of(self.options.seed, number) + 1}", "--original=" + self.path]
        if chosen:
            command.append("--knobs=" + ",".join(f"{k}={v}" for k, v in chosen.items()))
        begin = time.time()
        try:
            said = subprocess.run(command, input="", capture_output=True, text=True, timeout=self.options.seconds)
        except subprocess.TimeoutExpired:
            answer = {"verdict": "timeout", "detail": f"more than {self.options.seconds} s"}
        else:
            if said.returncode == 1:
                return None
            answer = {"verdict": "crash", "detail": f"exit code {said.returncode}"}
            if said.returncode == 0:
                answer = json.loads(said.stdout.splitlines()[0])
        answer["seconds"] = time.time() - begin
        return used, kernel, strategy, chosen, answer

    def more(self, count, log):
        """So many more different legal variants, fewer if hardly any are left."""
        found, last = [], self.drawn + 12 * count
        while len(found) < count and self.drawn < last:
            made = self.draw(self.drawn)
            self.drawn += 1
            if made is None:
                continue
            used, kernel, strategy, knobs, answer = made
            key = json.dumps([used, kernel, strategy, knobs])
            if key in self.seen:
                continue
            self.seen.add(key)
            text = answer.pop("text", "")
            record = {"program": self.kernel.name, "rules": used, "kernel": kernel, "strategy": strategy, "knobs": knobs,
                      "verdict": answer["verdict"], "detail": answer.get("detail", ""), "seconds": answer["seconds"]}
            log.write(json.dumps(record) + "\n")
            log.flush()
            if answer["verdict"] != "verified" and self.options.keep:
                os.makedirs(self.options.keep, exist_ok=True)
                path = os.path.join(self.options.keep, f"{self.kernel.name}.{self.drawn}.mlir")
                with open(path, "w") as file:
                    file.write(text)
            found.append(record)
        return found


def draw_all(programs, options, log):
    """Variants of all programs, as many of each as there are; of others where one has fewer."""
    records = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        while programs and len(records) < options.count:
            least, more = divmod(options.count - len(records), len(programs))
            shares = [least + (i < more) for i in range(len(programs))]
            found = list(pool.map(lambda p, n: p.more(n, log), programs, shares))
            records += [record for some in found for record in some]
            programs = [p for p, n, some in zip(programs, shares, found) if len(some) == n]
    return records


def report(records, options, seconds):
    rows = collections.defaultdict(collections.Counter)
    for record in records:
        for key in ("all", record["program"]):
            row = rows[key]
            row["variants"] += 1
            row["rewritten"] += bool(record["rules"])
            row[record["verdict"]] += 1
    columns = ("variants", "rewritten", *VERDICTS)
    width = max(map(len, rows))
    print(f"{'program':{width}}  " + "  ".join(f"{c:>9}" for c in columns))
    for name, row in sorted(rows.items(), key=lambda entry: (entry[0] == "all", entry[0])):
        print(f"{name:{width}}  " + "  ".join(f"{row[c] or '.':>9}" for c in columns))
    for record in records:
        if record["verdict"] != "verified":
            knobs = " ".join(f"{k}={v}" for k, v in record["knobs"].items())
            print(f"{record['verdict'].upper()} {record['program']} {' '.join(record['rules'])} "
                  f"{record['kernel']} {record['strategy']} {knobs}: {record['detail'][:300]}")
    total = rows["all"]
    wrong = sum(total[v] for v in VERDICTS[2:]) or total["unproven"] > MOST_UNPROVEN * total["variants"]
    print(f"seed {options.seed}, policy {options.policy}: {total['variants']} variants, "
          f"{total['verified']} verified, {total['unproven']} unproven, {seconds:.0f} s: {'WRONG' if wrong else 'right'}")
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--kernel-opt", required=True)
    parser.add_argument("--rewrites", default=os.path.join(ROOT, "rewrites"))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", default=None, help="drawn and printed if absent")
    parser.add_argument("--policy", default="algebra-only")
    parser.add_argument("--kernels", help="names, separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=180, help="that a variant may take")
    parser.add_argument("--keep", help="folder for variants that are not verified")
    parser.add_argument("--log", help="file with a line for each variant")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(1 << 32))
    print(f"seed {options.seed}", flush=True)
    kernels = [k for name in ("corpus.mlir", "programs.mlir") for k in read_corpus(os.path.join(HERE, name))]
    # Written by hand: there is no strategy to vary.
    kernels = [k for k in kernels if k.strategy != "given" and k.share == 1]
    if options.kernels:
        kernels = [k for k in kernels if k.name in options.kernels.split(",")]
    random.Random(seed_of(options.seed, "order")).shuffle(kernels)
    begin = time.time()
    with tempfile.TemporaryDirectory() as folder, open(options.log or os.devnull, "w") as log:
        records = draw_all([Variants(k, options, folder) for k in kernels], options, log)
    sys.exit(0 if report(records, options, time.time() - begin) else 1)


if __name__ == "__main__":
    main()
