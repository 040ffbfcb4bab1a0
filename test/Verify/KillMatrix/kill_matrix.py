#!/usr/bin/env python3
"""Runs planted bugs through the layers of the verifier, one at a time.

kill_matrix.py BIN [--quick] [--group A] [--case NAME] [--jobs N] [--keep FOLDER]

Prints which layer refuses which case. Fails if a bug survives, if none of the
layers that must refuse it does, or if a right rewrite is refused. A bug that one
layer alone refuses is marked as fragile. `*` refuses, `?` leaves it unproven,
`.` accepts, `-` does not apply or was not asked: --quick asks the layers that
must refuse a bug until one does, and the others only if none did.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mutants import CASES  # noqa: E402

LAYERS = ["L0", "L2", "L4 values", "L4 safety", "L5", "L5-V"]
SCHEDULE = ["--kopt-schedule-kernels", "--canonicalize", "--cse"]


class Failure(Exception):
    pass


class Runner:
    def __init__(self, bin, folder):
        self.bin, self.folder = bin, folder
        self.scheduled = {}  # by the kernel's text

    def run(self, tool, *arguments):
        result = subprocess.run([os.path.join(self.bin, tool), *arguments], capture_output=True, text=True,
                                timeout=900, errors="replace")
        if result.returncode < 0:
            raise Failure(f"{tool} {' '.join(arguments)} crashed:\n{result.stderr[-2000:]}")
        return result

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def schedule(self, name, program):
        """The path of the kernel, and the text of kernel and scheduled program."""
        text = program.kernel()
        if text not in self.scheduled:
            source = self.write(name + ".mlir", text)
            result = self.run("kernel-opt", source, *SCHEDULE)
            if result.returncode:
                raise Failure("cannot be scheduled:\n" + result.stderr[-2000:])
            self.scheduled[text] = source, result.stdout
        return self.scheduled[text]

    def tensor_level(self, name, original, other):
        paths = []
        for part, source in (("p", original), ("q", other)):
            result = self.run("kernel-opt", source, "--kopt-inline-kernels")
            paths.append(self.write(f"{name}.{part}.mlir", result.stdout))
        result = self.run("kernel-opt-verify", *paths, "--nonce=1")
        return {0: ".", 1: "*", 2: "?"}.get(result.returncode, "!" + result.stderr + result.stdout)

    def admission(self, path):
        result = self.run("kernel-opt", path, "--kopt-admit", "-o", "/dev/null")
        return {"L0": "*" if result.returncode else "."}

    def exact(self, path):
        result = self.run("kernel-opt", path, "--kopt-verify-kernels=nonce=1", "-o", "/dev/null")
        value = "refuted: output" in result.stderr
        refused = result.returncode != 0
        return {"L4 values": "*" if refused and value else "?" if "unproven" in result.stderr else ".",
                "L4 safety": "*" if refused and not value else "."}

    def accuracy(self, path):
        result = self.run("kernel-opt", path, "--kopt-verify-accuracy=nonce=1", "-o", "/dev/null")
        special = "has other special values" in result.stderr
        # Accuracy is judged first; special values are looked at on their own only if it passes.
        return {"L5": "*" if result.returncode and not special else ".",
                "L5-V": "*" if result.returncode and special else "."}


def begin_of_program(text):
    return text.index("  gpu.module @k_program")


def judge(runner, case, quick):
    original, scheduled = runner.schedule(case.name + ".original", case.original)
    at = begin_of_program(scheduled)
    # Aliases of attributes stand at the top, those of layouts, too.
    kernel, program = scheduled[:at], scheduled[at:]
    other = None
    if case.source:
        other, text = runner.schedule(case.name + ".other", case.source)
        program = text[begin_of_program(text):]
    elif case.edit:
        program = case.edit(program)
        if not program.rstrip().endswith("}\n}"):
            program += "}\n"
    path = runner.write(case.name + ".mlir", kernel + program)
    checks = [
        (("L0",), lambda: runner.admission(path)),
        (("L2",), lambda: {"L2": runner.tensor_level(case.name, original, other) if other else "-"}),
        (("L4 values", "L4 safety"), lambda: runner.exact(path)),
        (("L5", "L5-V"), lambda: runner.accuracy(path)),
    ]
    verdicts = {}
    if quick and case.killers:
        checks.sort(key=lambda check: not case.killers & set(check[0]))
    for layers, check in checks:
        verdicts.update(check())
        if quick and any(verdicts.get(layer) == "*" for layer in case.killers):
            break
    return verdicts


def complaint(case, verdicts):
    """What is wrong with a row of the matrix, and what is only worth a mark."""
    killers = {layer for layer in LAYERS if verdicts.get(layer) == "*"}
    if case.group == "right":
        bad = [l for l in LAYERS if verdicts.get(l) not in (".", "-")]
        return (f"right, but refused or unproven by {', '.join(bad)}" if bad else None), None
    if not killers:
        return "survives", None
    if not killers & case.killers:
        return f"refused by {', '.join(sorted(killers))} alone, expected {', '.join(sorted(case.killers))}", None
    whole = all(layer in verdicts for layer in LAYERS)
    return None, "fragile" if whole and len(killers) == 1 else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--group")
    parser.add_argument("--case")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_args()
    cases = [c for c in CASES if (not options.quick or c.quick) and (not options.group or c.group == options.group)
             and (not options.case or c.name == options.case)]
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        runner = Runner(options.bin, folder)

        def attempt(case):
            try:
                return judge(runner, case, options.quick), None
            except (Failure, LookupError, ValueError, subprocess.TimeoutExpired) as error:
                return {}, str(error)

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(attempt, cases))
    print(f"{'':34}" + "".join(f"{layer:>11}" for layer in LAYERS))
    for case, (verdicts, error) in zip(cases, results):
        problem, mark = (error, None) if error else complaint(case, verdicts)
        wrong += problem is not None
        row = "".join(f"{verdicts.get(layer, '-'):>11.11}" for layer in LAYERS)
        print(f"{case.group:>5} {case.name:28}{row}  {'WRONG: ' + problem if problem else mark or ''}")
    print(f"{len(cases)} cases, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
