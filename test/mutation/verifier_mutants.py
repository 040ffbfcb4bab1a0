#!/usr/bin/env python3
"""Breaks one check of the verifier at a time and asks whether anybody notices.

    verifier_mutants.py BUILD [--only WORD] [--jobs N]

Each entry of `verifier_mutants.json` changes one source file of the verifier in a
copy, which alone is compiled anew and linked before the libraries of
kernel-opt-mutants in BUILD. Bugs that the intact verifier refuses are then judged
again: one must be verified now. A check that can be broken unnoticed is dead
weight, or not tested.
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
        said = subprocess.run(["ninja", "-C", build, "-t", "commands", "-s", TOOL], capture_output=True, text=True)
        self.link = said.stdout.strip().splitlines()[-1]

    def make(self, entry, folder):
        """The path of the tool, with the change of the entry."""
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
        tool = os.path.join(folder, "tool")
        self.run(["bash", "-c", self.link.replace(" -o " + TOOL, f" {changed}.o -o {tool}", 1)], self.build)
        return tool

    @staticmethod
    def run(words, directory):
        done = subprocess.run(words, cwd=directory, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])


def judge_all(tool, entry, kernels, folder, keep=None):
    """Verdicts of the bugs that should notice, by what names them."""
    verdicts = {}
    for word in entry["bugs"]:
        name, mutator = word.split(":")
        worker = Worker(tool, kernels[name], folder, 120, ["--nonce=1"])
        try:
            sites = {m["name"]: m["sites"] for m in worker.description["mutators"]}[mutator]
            for draw in range(entry.get("most", 12)):
                answer = worker.judge(mutator, draw % sites, seed_of("verifier", draw))
                verdicts[word, draw] = answer["verdict"], answer["detail"]
                if keep and keep(word, draw, answer["verdict"]):
                    return verdicts
        finally:
            worker.stop()
    return verdicts


def is_noticed(builder, entry, intact, kernels):
    """Whether a bug lives with the change; which one, or why none does."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            before = judge_all(intact, entry, kernels, folder)

            def lives(word, draw, verdict):
                return verdict == "verified" and before[word, draw][0] in ("refuted", "rejected", "unproven")

            after = judge_all(builder.make(entry, folder), entry, kernels, folder, keep=lives)
        except (LookupError, RuntimeError) as error:
            return None, str(error)
    living = [f"{word} {draw}" for (word, draw), (verdict, _) in after.items() if lives(word, draw, verdict)]
    if living:
        return True, living[0]
    return False, "; ".join(sorted({f"{verdict}: {detail[:120]}" for verdict, detail in after.values()}))


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
