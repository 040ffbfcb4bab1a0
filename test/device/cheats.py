#!/usr/bin/env python3
# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Candidates that lie, each of which kernel-opt-run must refuse.

    test/device/cheats.py [--binary=build/static/bin/kernel-opt] [--json=FILE]

Five honest kernels pass; what is made of them by hand must be caught for the
reason named. After whatever loses the device, the honest kernel must pass
again. One line each, the exit status is the number of failures. Needs numpy.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from plans import Clock, buffer, find_binary, kernel, load, plan, store

N = 1000003  # of the elementwise kernel: prime, so that tails are ragged
M, COLUMNS, DEPTH = 257, 129, 131  # of the product
ROWS, WIDTH = 512, 256  # of kernels with a row a block

GUARD = "  setp.ge.u32 %p, %i, %n;\n  @%p bra end;\n"
LOAD_X = load("x", "%i", "%v")
DOUBLE = "  mul.rn.f32 %w, %v, 0f40000000;\n"
STORE_Y = store("y", "%i", "%w")

SHARED = "  .shared .align 4 .b8 tile[1024];\n"
SYNC = "  bar.sync 0;\n"
COPY_BITS = "  mov.f32 %w, %v;\n"


def in_shared(index, register, to, name="tile"):
    return "  mov.u32 %%x, %s;\n  shl.b32 %%y, %s, 2;\n  add.u32 %%x, %%x, %%y;\n%s" % (
        name,
        index,
        "  st.shared.f32 [%%x], %s;\n" % register if to else "  ld.shared.f32 %s, [%%x];\n" % register,
    )


def tree(operation, sync=SYNC):
    """All 256 threads' %w to one in tile[0], and that to all in %w."""
    text = in_shared("%t", "%w", True) + sync
    for half in (128, 64, 32, 16, 8, 4, 2, 1):
        label = "skip_%s_%d_%d" % (operation.split(".")[0], half, tree.count)
        text += "  setp.ge.u32 %%q, %%t, %d;\n  @%%q bra %s;\n" % (half, label)
        text += in_shared("%t", "%e", False) + "  add.u32 %%z, %%t, %d;\n" % half
        text += in_shared("%z", "%f", False)
        text += "  %s %%e, %%e, %%f;\n" % operation
        text += in_shared("%t", "%e", True) + label + ":\n" + sync
    tree.count += 1
    return text + in_shared("0", "%w", False) + sync


tree.count = 0


def product(convert=""):
    return (
        GUARD
        + """
  div.u32 %x, %i, %c;
  rem.u32 %y, %i, %c;
  mul.lo.u32 %x, %x, %m0;
  mov.f32 %w, 0f00000000;
  mov.u32 %k, 0;
loop:
  add.u32 %z, %x, %k;
"""
        + load("a", "%z", "%u")
        + "  mad.lo.u32 %z, %k, %c, %y;\n"
        + load("b", "%z", "%v")
        + convert
        + """
  fma.rn.f32 %w, %u, %v, %w;
  add.u32 %k, %k, 1;
  setp.lt.u32 %p, %k, %m0;
  @%p bra loop;
"""
        + STORE_Y
    )


def layer_norm(sum_of_squares=False):
    """x - mean over its deviation; of a row, which a block holds."""
    mean = "  mul.rn.f32 %w, %w, 0f3B800000;\n"  # 1/256
    text = LOAD_X + COPY_BITS + tree("add.rn.f32") + mean + "  mov.f32 %u, %w;\n"
    if sum_of_squares:
        text += "  mul.rn.f32 %w, %v, %v;\n" + tree("add.rn.f32") + mean
        text += "  mul.rn.f32 %e, %u, %u;\n  sub.rn.f32 %w, %w, %e;\n"
        text += "  sub.rn.f32 %v, %v, %u;\n"
    else:
        text += "  sub.rn.f32 %v, %v, %u;\n  mul.rn.f32 %w, %v, %v;\n"
        text += tree("add.rn.f32") + mean
    text += "  add.rn.f32 %w, %w, 0f3727C5AC;\n  sqrt.rn.f32 %w, %w;\n"
    return text + "  div.rn.f32 %w, %v, %w;\n" + STORE_Y


def softmax(with_max=True):
    text = LOAD_X + COPY_BITS
    if with_max:
        text += tree("max.f32") + "  sub.rn.f32 %v, %v, %w;\n"
    text += "  mul.rn.f32 %v, %v, 0f3FB8AA3B;\n  ex2.approx.f32 %v, %v;\n" + COPY_BITS
    return text + tree("add.rn.f32") + "  div.rn.f32 %w, %v, %w;\n" + STORE_Y


def row_sum(sync=SYNC):
    text = LOAD_X + COPY_BITS + tree("add.rn.f32", sync)
    return text + "  setp.ne.u32 %p, %t, 0;\n  @%p bra end;\n" + store("y", "%b", "%w")


def scale_plan(name, body, grid=None, n=N, module="", shared="", **launch):
    return plan(
        name,
        kernel("scale", ["x", "y"], body, module=module, shared=shared),
        [buffer("x", "input", N), buffer("y", "output", N)],
        grid or -(-N // 256),
        scalars=[n],
        **launch
    )


def product_plan(name, body):
    return plan(
        name,
        kernel("product", ["a", "b", "y"], body, scalars=("n", "c", "m0")),
        [
            buffer("a", "input", M, DEPTH),
            buffer("b", "input", DEPTH, COLUMNS),
            buffer("y", "output", M, COLUMNS),
        ],
        -(-M * COLUMNS // 256),
        scalars=[M * COLUMNS, COLUMNS, DEPTH],
    )


def rows_plan(name, body, one=False, shared=SHARED, **launch):
    out = [ROWS] if one else [ROWS, WIDTH]
    return plan(
        name,
        kernel("rows", ["x", "y"], body, shared=shared),
        [buffer("x", "input", ROWS, WIDTH), buffer("y", "output", *out)],
        launch.pop("grid", ROWS),
        scalars=[ROWS * WIDTH],
        **launch
    )


# Of each task: its honest plan, and reference, scale, original on its inputs.
def reference_scale(x):
    y = 2 * x.astype(np.float64)
    return y, np.abs(y) + 1e-30, x * np.float32(2)


def reference_product(a, b):
    scale = np.linalg.norm(a.astype(np.float64), axis=1)[:, None]
    scale = scale * np.linalg.norm(b.astype(np.float64), axis=0)[None, :]
    return a.astype(np.float64) @ b.astype(np.float64), scale, a @ b


def norm_of(x):
    centred = x - x.mean(axis=1, keepdims=True)
    variance = (centred * centred).mean(axis=1, keepdims=True)
    return centred / np.sqrt(variance + x.dtype.type(1e-5))


def reference_norm(x):
    y = norm_of(x.astype(np.float64))
    return y, np.abs(y) + np.sqrt((y * y).mean()), norm_of(x)


def softmax_of(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def reference_softmax(x):
    y = softmax_of(x.astype(np.float64))
    return y, y + np.sqrt((y * y).mean()), softmax_of(x)


def reference_sum(x):
    wide = x.astype(np.float64)
    return wide.sum(axis=1), np.sqrt((wide * wide).sum(axis=1)), x.sum(axis=1)


HONEST_SCALE = GUARD + LOAD_X + DOUBLE + STORE_Y
TASKS = {
    "scale": (scale_plan("scale", HONEST_SCALE), reference_scale),
    "product": (product_plan("product", product()), reference_product),
    "norm": (rows_plan("norm", layer_norm()), reference_norm),
    "softmax": (rows_plan("softmax", softmax()), reference_softmax),
    "sum": (rows_plan("sum", row_sum(), one=True), reference_sum),
}

ZERO = "  mov.f32 %w, 0f00000000;\n"
CACHED = (
    GUARD
    + """
  mov.u64 %to, kept;
  mul.wide.u32 %at, %i, 4;
  add.u64 %to, %to, %at;
  ld.global.f32 %w, [%to];
  setp.neu.f32 %q, %w, 0f00000000;
  @%q bra found;
"""
    + LOAD_X
    + DOUBLE
    + "  st.global.f32 [%to], %w;\nfound:\n"
    + STORE_Y
)
SPIN = """
  mov.u64 %c0, %globaltimer;
forever:
  mov.u64 %c1, %globaltimer;
  sub.u64 %c1, %c1, %c0;
  setp.lt.u64 %p, %c1, 20000000000;
  @%p bra forever;
"""
TO_BF16 = "  mov.b32 %{0}, %{1};\n  and.b32 %{0}, %{0}, 0xffff0000;\n  mov.b32 %{1}, %{0};\n"
TO_TF32 = "  cvt.rna.tf32.f32 %{0}, %{1};\n  mov.b32 %{1}, %{0};\n"


def accumulate():
    """Four blocks add to the same sums without order."""
    quarter = "  shr.u32 %x, %b, 2;\n  and.b32 %y, %b, 3;\n  shr.u32 %z, %t, 6;\n"
    quarter += "  setp.ne.u32 %p, %y, %z;\n  mad.lo.u32 %i, %x, 256, %t;\n" + LOAD_X
    quarter += "  selp.f32 %w, 0f00000000, %v, %p;\n" + tree("add.rn.f32")
    quarter += "  setp.ne.u32 %p, %t, 0;\n  @%p bra end;\n  shr.u32 %k, %b, 2;\n"
    quarter += load("y", "%k", "%e") + "  add.rn.f32 %w, %w, %e;\n" + store("y", "%k", "%w")
    made = rows_plan("accumulate", quarter, one=True, grid=4 * ROWS)
    made["launches"].insert(0, {"fill": "y"})
    return made


def unwritten_shared():
    body = in_shared("%t", "%w", False, "dyn") + STORE_Y
    return rows_plan("shared", body, shared="", shared_bytes=65536)


def with_dynamic(made):
    text = made["modules"][0]["ptx"]
    made["modules"][0]["ptx"] = text.replace(
        ".visible .entry", ".extern .shared .align 16 .b8 dyn[];\n.visible .entry"
    )
    return made


def with_work(made):
    made["work"] = {"bytes": 1 << 40}
    return made


# Name, task, plan, what the answer must say, options. None: it must pass.
def cheats():
    spoiled = GUARD + LOAD_X + DOUBLE
    yield "half the grid", "scale", scale_plan("c", HONEST_SCALE, grid=N // 512), "depends on what memory held", []
    yield "last element left out", "scale", scale_plan("c", HONEST_SCALE, n=N - 1), "depends on what memory held", []
    yield "stale output: writes nothing", "scale", scale_plan("c", "  bra end;\n"), "depends on what memory held", []
    yield "zeros", "scale", scale_plan("c", GUARD + ZERO + STORE_Y), "output y: FAILED", []
    yield "zeros for a layer norm", "norm", rows_plan("c", ZERO + STORE_Y), "output y: FAILED", []
    yield "a copy for a layer norm", "norm", rows_plan("c", LOAD_X + COPY_BITS + STORE_Y), "output y: FAILED", []
    yield "a constant", "softmax", rows_plan("c", "  mov.f32 %w, 0f3B800000;\n" + STORE_Y), "output y: FAILED", []
    yield "NaN, which nothing is compared with", "scale", scale_plan(
        "c", GUARD + "  mov.f32 %w, 0f7FFFFFFF;\n" + STORE_Y
    ), "output y: FAILED", []
    yield "result cached in a global", "scale", scale_plan(
        "c", CACHED, module=".global .align 4 .b8 kept[%d];" % (4 * N)
    ), "expected no global variables", []
    yield "input changed", "scale", scale_plan("c", spoiled + store("x", "%i", "%w") + STORE_Y), "read only, was changed", []
    yield "more shared memory than there is", "scale", scale_plan("c", HONEST_SCALE, shared_bytes=300000), "shared memory", []
    yield "shared memory that nobody wrote", "norm", with_dynamic(unwritten_shared()), "differs from run to run", []
    yield "writes past the end", "scale", scale_plan("c", HONEST_SCALE.replace("%i, %n", "%i, 1000192"), n=N), "illegal memory access", []
    yield "writes past the end, guards in front", "scale", scale_plan(
        "c", GUARD + LOAD_X + DOUBLE + "  add.u32 %i, %i, 1;\n" + STORE_Y
    ), "memory behind buffer 'y' was written|illegal memory access", ["--guard=front"]
    yield "writes in front", "scale", scale_plan(
        "c", GUARD + LOAD_X + DOUBLE + "  sub.u64 %p_y, %p_y, 64;\n" + STORE_Y
    ), "memory in front of buffer 'y' was written|illegal memory access", []
    yield "reads past the end", "scale", scale_plan(
        "c", GUARD + "  add.u32 %x, %i, 64;\n" + load("x", "%x", "%u") + LOAD_X + "  fma.rn.f32 %v, %u, 0f00000000, %v;\n" + DOUBLE + STORE_Y
    ), "illegal memory access", []
    yield "race: no barrier", "sum", rows_plan("c", row_sum(""), one=True), "differs from run to run|FAILED", ["--repeat=10"]
    yield "race: blocks add without order", "sum", accumulate(), "differs from run to run|FAILED", ["--repeat=10"]
    yield "hang", "scale", scale_plan("c", SPIN), "did not end within", ["--timeout=2"]
    yield "fault: null", "scale", scale_plan(
        "c", "  mov.u64 %at, 0;\n  st.global.u32 [%at], %i;\n"
    ), "illegal memory access", []
    yield "fault: trap", "scale", scale_plan("c", "  trap;\n"), "launch|illegal instruction|trap", []
    yield "fault: misaligned", "scale", scale_plan(
        "c", GUARD + LOAD_X + "  add.u64 %at, %p_y, 2;\n  mul.wide.u32 %to, %i, 4;\n  add.u64 %at, %at, %to;\n  st.global.f32 [%at], %v;\n"
    ), "misaligned", []
    yield "lower precision: bf16", "product", product_plan(
        "c", product(TO_BF16.format("z", "u") + TO_BF16.format("z", "v"))
    ), "output y: FAILED", []
    yield "lower precision: tf32", "product", product_plan(
        "c", product(TO_TF32.format("z", "u") + TO_TF32.format("z", "v"))
    ), "output y: FAILED", []
    yield "last step of the sum left out", "product", product_plan(
        "c", product().replace("setp.lt.u32 %p, %k, %m0", "setp.lt.u32 %p, %k, 130")
    ), "output y: FAILED", []
    yield "softmax without the maximum", "softmax", rows_plan("c", softmax(False)), "output y: FAILED", ["--inputs=LOGITS"]
    yield "variance from squares, shifted inputs", "norm", rows_plan("c", layer_norm(True)), "output y: FAILED", ["--inputs=SHIFTED"]
    yield "faster than the memory", "scale", with_work(scale_plan("c", HONEST_SCALE)), "faster than the speed of light", ["--time", "--samples=10"]


class Check:
    def __init__(self, options, folder):
        self.binary, self.folder, self.options = find_binary(options.binary), folder, options
        self.references = {}

    def run(self, made, *options):
        path = os.path.join(self.folder, "plan.json")
        with open(path, "w") as file:
            json.dump(made, file)
        command = [self.binary, "--tool=kernel-opt-run", path, *options]
        if not any(o.startswith("--timeout") for o in options):
            command.append("--timeout=20")
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr

    def reference(self, task, family):
        key = task + "-" + family
        if key in self.references:
            return self.references[key]
        made, compute = TASKS[task]
        dump = os.path.join(self.folder, key)
        status, text = self.run(made, "--inputs=" + family, "--dump=" + dump)
        if status:
            raise SystemExit("the honest %s fails: %s" % (task, text))
        inputs = [
            np.load(os.path.join(dump, b["name"] + ".npy"))
            for b in made["buffers"]
            if b["role"] == "input"
        ]
        files = []
        for name, array in zip(("check", "scale", "original"), compute(*inputs)):
            files.append(os.path.join(dump, name + ".npy"))
            np.save(files[-1], array)
        self.references[key] = ["--inputs=" + family] + [
            "--%s=%s" % pair for pair in zip(("check", "scale", "original"), files)
        ]
        return self.references[key]

    def judge(self, task, made, options):
        family = "normal"
        for o in list(options):
            if o.startswith("--inputs="):
                family = {"LOGITS": self.options.logits, "SHIFTED": self.options.shifted}[o[9:]]
                options = [p for p in options if p != o]
        return self.run(made, *self.reference(task, family), *options)


def reason(text, pattern):
    """The first line that says why."""
    lines = [l.strip() for l in text.splitlines()]
    for line in lines:
        if pattern and re.search(pattern, line):
            return line
    return next((l for l in lines if "FAILED" in l or "error" in l), lines[-1] if lines else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary")
    parser.add_argument("--json", help="results, one a line")
    parser.add_argument("--emit", help="only write the plans into this folder")
    parser.add_argument("--logits", default="logits-10000", help="family of large inputs")
    parser.add_argument("--shifted", default="shifted", help="family far from zero")
    options = parser.parse_args()
    if options.emit:
        os.makedirs(options.emit, exist_ok=True)
        made = [(t, p) for t, (p, _) in TASKS.items()]
        made += [("cheat%d" % i, c[2]) for i, c in enumerate(cheats())]
        for name, each in made:
            with open(os.path.join(options.emit, name + ".ptx"), "w") as file:
                file.write(each["modules"][0]["ptx"])
        return 0
    failures, clock = 0, Clock()
    log = open(options.json, "w") if options.json else None
    with tempfile.TemporaryDirectory() as folder:
        check = Check(options, folder)

        def note(name, passed, what, status):
            nonlocal failures
            failures += not passed
            print("%-4s %-40s %s" % ("ok" if passed else "BAD", name, what[:150]), flush=True)
            if log:
                row = dict(name=name, passed=passed, status=status, what=what)
                log.write(json.dumps(row) + "\n")
                log.flush()

        for task, (made, _) in TASKS.items():
            status, text = check.judge(task, made, [])
            note("honest " + task, status == 0, reason(text, "output y: "), status)
        count = 0
        for name, task, made, pattern, more in cheats():
            count += 1
            status, text = check.judge(task, made, more)
            # An exit by a signal would be no judgement.
            caught = status in (1, 3) and re.search(pattern, text) is not None
            note(name, caught, reason(text, pattern), status)
            if status == 3:
                status, text = check.judge(task, TASKS[task][0], [])
                if status:
                    note("honest %s after it" % task, False, reason(text, None), status)
    print("%d cheats, %d failures, %.0f s" % (count, failures, clock()))
    return min(failures, 100)


if __name__ == "__main__":
    sys.exit(main())
