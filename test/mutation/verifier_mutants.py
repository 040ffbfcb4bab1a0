#!/usr/bin/env python3
"""Breaks one check of the verifier at a time and asks whether anybody notices.

    verifier_mutants.py BUILD [--only WORD] [--jobs N]

Each entry of `verifier_mutants.json` changes one source file of the verifier in a
copy, which alone is compiled anew and linked before the libraries of a program in
BUILD. What notices it is named by the entry:

bugs         of the corpus, kernel:mutator, that the intact verifier refuses and
             that are judged again by kernel-opt-mutants: one must be verified now.
on_tensors   the same for wrong kernels whose programs are right for them.
unit         a unit test program and a filter: wrong kernels that the test has
             refused; it must fail now.
lit          the same by tests of kernel-opt, chosen by a regular expression.

A check that can be broken unnoticed is dead weight, or not tested.
"""

import argparse
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile

from mutation import seed_of
from workers import Worker, read_corpus

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = "test/mutation/kernel-opt-mutants"


class Builder:
    """Tools of which one object file is another."""

    def __init__(self, build):
        self.build = os.path.abspath(build)
        with open(os.path.join(build, "compile_commands.json")) as file:
            self.compile = {entry["file"]: entry for entry in json.load(file)}

    def link_command(self, program):
        """How a program is linked, without what is done with it afterwards."""
        said = subprocess.run(["ninja", "-C", self.build, "-t", "commands", "-s", program], capture_output=True, text=True)
        parts = said.stdout.strip().splitlines()[-1].split(" && ")
        return next(part for part in parts if f" -o {program} " in part)

    def make(self, entry, folder, program):
        """The path of a program with the change of the entry."""
        path = os.path.join(ROOT, entry["file"])
        with open(path) as file:
            text = file.read()
        if text.count(entry["from"]) != 1:
            raise LookupError(f"{entry['file']} has {text.count(entry['from'])} times: {entry['from']}")
        changed = os.path.join(folder, os.path.basename(path))
        with open(changed, "w") as file:
            file.write(text.replace(entry["from"], entry["to"]))
        known = self.compile[path]
        words = shlex.split(known["command"])
        words[words.index("-o") + 1] = changed + ".o"
        words[words.index(path)] = changed
        # Headers beside the original.
        words.insert(1, "-I" + os.path.dirname(path))
        self.run(words, known["directory"])
        made = os.path.join(folder, os.path.basename(program))
        link = self.link_command(program).replace(f" -o {program} ", f" {changed}.o -o {made} ", 1)
        self.run(["bash", "-c", link], self.build)
        return made

    @staticmethod
    def run(words, directory):
        done = subprocess.run(words, cwd=directory, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])


def bugs_live(builder, entry, intact, kernels, folder):
    """Whether a bug lives with the change that is refused without; which one, or why none does."""
    changed = builder.make(entry, folder, TOOL)
    which = "verdict" if "bugs" in entry else "on_tensors"
    said = set()
    for word in entry.get("bugs") or entry["on_tensors"]:
        name, mutator = word.split(":")
        workers = [Worker(tool, kernels[name], folder, 120, ["--nonce=1"]) for tool in (changed, intact)]
        try:
            sites = {m["name"]: m["sites"] for m in workers[0].description["mutators"]}[mutator]
            for draw in range(entry.get("most", 12) if sites else 0):
                request = mutator, draw % sites, seed_of("verifier", draw)
                answer = workers[0].judge(*request)
                verdict = answer.get(which, answer["verdict"])
                said.add(f"{verdict}: {answer['detail'][:120]}")
                if verdict != "verified":
                    continue
                before = workers[1].judge(*request)
                if before.get(which, before["verdict"]) in ("refuted", "rejected", "unproven"):
                    return True, f"{word} {draw}"
        finally:
            for worker in workers:
                worker.stop()
    return False, "; ".join(sorted(said)[:4]) or "no place for any of the bugs"


def unit_fails(builder, entry, folder):
    """Whether a unit test fails with the change, and passes without it."""
    program, wanted = entry["unit"]
    words = ["--gtest_filter=" + wanted, "--gtest_brief=1"]
    before = subprocess.run([os.path.join(builder.build, program), *words], capture_output=True, text=True, timeout=600)
    if before.returncode or "[  PASSED  ] 0 tests" in before.stdout:
        raise RuntimeError(f"{program} {wanted} fails anyway, or there is no such test: {before.stdout[-300:]}")
    after = subprocess.run([builder.make(entry, folder, program), *words], capture_output=True, text=True, timeout=600)
    failed = [line.split()[3] for line in after.stdout.splitlines() if line.startswith("[  FAILED  ] ") and "." in line]
    return after.returncode != 0, ", ".join(dict.fromkeys(failed)) or f"exit code {after.returncode}: {program} {wanted}"


def lit_fails(builder, entry, folder):
    """The same for tests of kernel-opt, in a build folder that has the changed one."""
    with open(os.path.join(builder.build, "test", "lit.site.cfg.py")) as file:
        config = file.read()
    lit = os.path.join(config.split('llvm_tools_dir = "', 1)[1].split('"', 1)[0], "lit")
    words = [sys.executable, lit, "-sv", "--no-progress-bar", "--filter=" + entry["lit"]]
    before = subprocess.run([*words, os.path.join(builder.build, "test")], capture_output=True, text=True, timeout=900)
    if before.returncode:
        raise RuntimeError(f"{entry['lit']} fails anyway, or there is no such test: {before.stdout[-300:]}")
    for name in ("bin", "test"):
        os.mkdir(os.path.join(folder, name))
    os.symlink(os.path.join(builder.build, "lib"), os.path.join(folder, "lib"))
    made = builder.make(entry, folder, "bin/kernel-opt")
    os.rename(made, os.path.join(folder, "bin", "kernel-opt"))
    for name in ("infer", "run", "verify", "worker"):
        os.symlink("kernel-opt", os.path.join(folder, "bin", "kernel-opt-" + name))
    with open(os.path.join(folder, "test", "lit.site.cfg.py"), "w") as file:
        file.write(config.replace(f'binary_root = "{builder.build}"', f'binary_root = "{folder}"'))
    after = subprocess.run([*words, os.path.join(folder, "test")], capture_output=True, text=True, timeout=900)
    failed = [line.split()[-1] for line in after.stdout.splitlines() if line.startswith("  kernel-opt :: ")]
    return after.returncode != 0, ", ".join(failed) or f"passes: {entry['lit']}"


def is_noticed(builder, entry, intact, kernels):
    """Whether something notices the change; what, or why nothing does."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            if "unit" in entry:
                return unit_fails(builder, entry, folder)
            if "lit" in entry:
                return lit_fails(builder, entry, folder)
            return bugs_live(builder, entry, intact, kernels, folder)
        except (LookupError, RuntimeError, StopIteration, subprocess.TimeoutExpired) as error:
            return None, str(error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    with open(os.path.join(HERE, "verifier_mutants.json")) as file:
        entries = [e for e in json.load(file) if options.only in e["name"]]
    kernels = {k.name: k for k in read_corpus(os.path.join(HERE, "corpus.mlir"))}
    builder = Builder(options.build)
    intact = os.path.join(options.build, TOOL)
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        found = pool.map(lambda e: (e, *is_noticed(builder, e, intact, kernels)), entries)
        for entry, noticed, why in found:
            wrong += not noticed
            answer = "noticed" if noticed else "UNNOTICED" if noticed is not None else "ERROR"
            print(f"{answer:9}  {entry['name']}: {why}", flush=True)
    print(f"{len(entries)} verifier mutants, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
