# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Schedules many small kernels in many ways and runs each against its linalg.

    campaign.py KERNEL_OPT [--filter TEXT] [--jobs N] [-v]

Prints one line per case that goes wrong and a summary; fails if any did.
"""

import argparse
import re
import subprocess
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

import cases
import generic_ir
import lockstep

SCHEDULE = "builtin.module(transform-interpreter,canonicalize,cse)"
AUTOMATIC = "builtin.module(kopt-schedule-kernels,canonicalize,cse)"
GENERALIZE = "builtin.module(func.func(linalg-generalize-named-ops))"


def module_text(case):
    """The kernel in a function, with its schedule."""
    types = [t for _, t in case.inputs]
    outer = ", ".join(f"%o{i}: {t}" for i, t in enumerate(types))
    bound = ", ".join(f"%{n} = %o{i} : {t}" for i, (n, t) in enumerate(case.inputs))
    results = ", ".join(case.results)
    names = ", ".join(f"%r#{i}" for i in range(len(case.results)))
    if case.options is None:
        return f"""
func.func @main({outer}) -> ({results}) {{
  %r:{len(case.results)} = kopt.kernel @kernel ({bound}) -> ({results}) {{
{case.body}
  }}
  return {names} : {results}
}}
"""
    block, tile, reduction, warps = case.options
    sequence = [
        f"%p = transform.kopt.tile %k block {block} tile {tile} reduction "
        f"{reduction} warps [{warps}] : (!transform.any_op) -> !transform.any_op"
    ]
    last = "%p"
    stages = ["stage"] * case.stage + ["assign_layouts", "distribute"]
    for i, name in enumerate(stages):
        sequence.append(
            f"%s{i} = transform.kopt.{name} {last} : "
            "(!transform.any_op) -> !transform.any_op"
        )
        last = f"%s{i}"
    steps = "\n  ".join(sequence)
    return f"""
module attributes {{transform.with_named_sequence}} {{
func.func @main({outer}) -> ({results}) {{
  %r:{len(case.results)} = kopt.kernel @kernel ({bound}) -> ({results}) {{
{case.body}
  }}
  return {names} : {results}
}}
transform.named_sequence @__transform_main(%root: !transform.any_op) {{
  %k = transform.structured.match ops{{["kopt.kernel"]}} in %root : (!transform.any_op) -> !transform.any_op
  {steps}
  transform.yield
}}
}}
"""


def make_input(type_text, seed, kind):
    shape, element = generic_ir.shaped(type_text)
    random = np.random.default_rng(seed)
    if element == "i1":
        return random.integers(0, 2, shape).astype(bool)
    if element.startswith("i"):
        return lockstep.fit(random.integers(-5, 6, shape), element)
    if kind == "real":
        return lockstep.fit(random.normal(size=shape), element)
    # Small integers: sums are exact in any order.
    return lockstep.fit(random.integers(-3, 4, shape), element)


def compare(case, found, wanted):
    for i, (f, w) in enumerate(zip(found, wanted)):
        f, w = np.asarray(f), np.asarray(w)
        if not w.shape:
            f = f.reshape(())
        if f.shape != w.shape:
            return f"output {i} has shape {f.shape}, expected {w.shape}"
        if case.tolerance:
            ok = np.isclose(
                f, w, rtol=case.tolerance, atol=case.tolerance, equal_nan=True
            )
        else:
            ok = (f == w) | ((f != f) & (w != w))
        if not ok.all():
            at = tuple(int(n) for n in np.argwhere(~ok)[0]) if ok.ndim else ()
            return f"output {i} at {at}: {f[at]}, expected {w[at]} ({(~ok).sum()} differ)"
    return None


def compile_text(kernel_opt, pipeline, text):
    return subprocess.run(
        [kernel_opt, "-", f"--pass-pipeline={pipeline}", "--mlir-print-op-generic"],
        input=text,
        capture_output=True,
        text=True,
    )


def only(text, name):
    return next(op for op in generic_ir.parse(text).walk() if op.name == name)


def run_case(job):
    """(name, 'ok' | 'refused' | 'wrong', detail)."""
    kernel_opt, case = job
    text = module_text(case)
    schedule = AUTOMATIC if case.options is None else SCHEDULE
    done = compile_text(kernel_opt, schedule, text)
    if done.returncode:
        lines = [l for l in done.stderr.splitlines() if ": error:" in l or ": note:" in l]
        short = "; ".join(re.sub(r"^.*?: (error|note): ", "", l) for l in lines[:3])
        if case.stage and "no product of tiles to stage" in short:
            return run_case((kernel_opt, replace(case, stage=False)))
        kind = "refused" if "cannot be" in short else "wrong"
        if not lines:
            kind, short = "wrong", f"exit {done.returncode}: {done.stderr[:300]}"
        return case.name, kind, short, {}
    try:
        func = only(done.stdout, "gpu.func")
        original = compile_text(kernel_opt, GENERALIZE, text).stdout
        kernel = only(original, "kopt.kernel")
        inputs = [
            make_input(t, 7 + i, case.data) for i, (_, t) in enumerate(case.inputs)
        ]
        scheduled = lockstep.Scheduled(func)
        wanted = lockstep.Linalg(kernel).run(inputs)
        found = scheduled.run(inputs)
    except lockstep.Wrong as error:
        return case.name, "wrong", str(error), {}
    except Exception:
        return case.name, "wrong", traceback.format_exc(limit=-3), {}
    problem = compare(case, found, wanted)
    counts = {"loads": scheduled.loads, "barriers": scheduled.barriers}
    return case.name, "wrong" if problem else "ok", problem or "", counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernel_opt")
    parser.add_argument("--filter", default="")
    parser.add_argument("--random", type=int, default=0, help="so many random cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="take each Nth case")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--print", action="store_true", help="show the modules only")
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    pool = (
        cases.random_cases(arguments.random, arguments.seed)
        if arguments.random
        else cases.all_cases()
    )
    chosen = [c for c in pool if arguments.filter in c.name]
    chosen = chosen[:: arguments.every]
    if arguments.print:
        for case in chosen:
            print(f"// {case.name}{module_text(case)}")
        return 0
    tally = {"ok": 0, "refused": 0, "wrong": 0}
    with ProcessPoolExecutor(arguments.jobs) as workers:
        jobs = [(arguments.kernel_opt, case) for case in chosen]
        for case, (name, kind, detail, counts) in zip(
            chosen, workers.map(run_case, jobs, chunksize=4)
        ):
            if kind == "refused" and not case.may_refuse:
                kind = "wrong"
            tally[kind] += 1
            if kind == "wrong" or arguments.v:
                print(f"{kind}: {name}: {detail} {counts or ''}", flush=True)
    print(", ".join(f"{n} {k}" for k, n in tally.items()))
    return 1 if tally["wrong"] or not tally["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
