#!/usr/bin/env python3
"""Aggressive but right rewrites: each must get the verdict that is stored.

    must_accept.py --kernel-opt build/dev/bin/kernel-opt --tool build/dev/test/mutation/kernel-opt-mutants
                   [--quick] [--case WORD] [--jobs N]

`cases.json` holds one entry or more for each kind of rewrite:

pair     two functions on tensors, @src_NAME and @tgt_NAME, that the exact algebra
         must verify. Class: `same-function`.
rule     a shipped rewrite rule that must be admitted. Class: that of the rule.
program  a scheduled kernel. Class: the policy that it must be verified by. Where
         that is `algebra-only`, `strict` must refuse it for its accuracy: the same
         function with larger errors.

A false reject fails as a bug does that is accepted, and so does a case that gets a
better class than the one that is stored.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(ROOT, "test", "mutation"))
from workers import read_corpus  # noqa: E402

CORPORA = (os.path.join(ROOT, "test", "mutation", "corpus.mlir"), os.path.join(HERE, "Inputs", "programs.mlir"))


class Runner:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.kernels = {k.name: k for path in CORPORA for k in read_corpus(path)}

    def run(self, *words):
        return subprocess.run(words, capture_output=True, text=True, timeout=self.options.seconds, input="")

    def pair(self, case):
        path = os.path.join(HERE, case["file"])
        said = self.run(os.path.join(os.path.dirname(self.options.kernel_opt), "kernel-opt-verify"), "--nonce=7", path)
        found = re.search(rf"@src_{case['pair']} => @tgt_{case['pair']}\n(\w+)", said.stdout)
        return (found[1] if found else f"no verdict: {said.stderr[-300:]}"), "same-function"

    def rule(self, case):
        """Admits a set that holds this rule alone."""
        path = os.path.join(ROOT, "rewrites", case["file"])
        said = self.run(self.options.kernel_opt, path, "--kopt-admit-rules", "-o", os.devnull)
        name = re.escape(case["rule"])
        found = re.search(rf'remark: admission (\{{.*"rule":"{name}".*\}})$', said.stderr, re.M)
        with open(path) as file:
            declared = re.search(rf"@{name}\(.*?\bclass (\w+)", file.read(), re.S)
        if not found or not declared:
            return f"no verdict: {said.stderr[-300:]}", "none"
        return json.loads(found[1])["verdict"], declared[1]

    def judged(self, kernel, policy):
        path = os.path.join(self.folder, f"{kernel.name}.{policy}.mlir")
        with open(path, "w") as file:
            file.write(kernel.text)
        words = [self.options.tool, path, "--strategy=" + kernel.strategy, "--policy=" + policy]
        if kernel.knobs:
            words.append("--knobs=" + kernel.knobs)
        said = self.run(*words)
        if said.returncode:
            return {"verdict": "not scheduled", "layers": [], "detail": said.stderr[-300:]}
        return json.loads(said.stdout.splitlines()[0])

    def program(self, case):
        kernel = self.kernels[case["program"]]
        strict = self.judged(kernel, "strict")
        if strict["verdict"] == "verified" or strict["layers"] not in (["L5"], ["L5-V"], ["L5", "L5-V"]):
            return strict["verdict"] + (": " + strict["detail"] if strict["detail"] else ""), "strict"
        return self.judged(kernel, "algebra-only")["verdict"], "algebra-only"

    def attempt(self, case):
        begin = time.time()
        kind = next(k for k in ("pair", "rule", "program") if k in case)
        try:
            verdict, of_class = getattr(self, kind)(case)
        except subprocess.TimeoutExpired:
            verdict, of_class = "timeout", "none"
        return kind, verdict, of_class, time.time() - begin


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernel-opt", required=True)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--quick", action="store_true", help="without the cases that take long")
    parser.add_argument("--case", default="", help="those with this word in their name")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300, help="that a case may take")
    options = parser.parse_args()
    with open(os.path.join(HERE, "cases.json")) as file:
        cases = json.load(file)
    cases = [c for c in cases if options.case in json.dumps(c) and not (options.quick and c.get("long"))]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(options, folder)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for case, (kind, verdict, of_class, seconds) in zip(cases, pool.map(runner.attempt, cases)):
                right = verdict == "verified" and of_class == case["class"]
                wrong += not right
                mark = "" if right else f"  WRONG: expected verified as {case['class']}"
                print(f"{case['rewrite']:58.58} {kind:8} {case[kind]:34.34} {verdict[:200]} {of_class} {seconds:.1f} s{mark}",
                      flush=True)
    print(f"{len(cases)} cases, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
