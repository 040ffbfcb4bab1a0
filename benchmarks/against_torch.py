#!/usr/bin/env python3
# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks and times launch plans against Torch, in one process.

    benchmarks/against_torch.py PLANS/*.json --results results.jsonl

The name of a plan's file says which program of programs.py is its original; what
follows an @ in it names a variant (matmul@split.json). Each plan is
  * run on fresh inputs, its whole output compared with fp64 on the device, and
    the error set against that of Torch's eager result in the same units;
  * run 20 times for equal bits;
  * timed in interleaved blocks of pairs against the fastest variant of Torch,
    with an emptied L2, the interval being that of the log ratio's mean;
  * and set against the time of a copy that moves the same bytes.
A plan that the results file holds already is skipped, so that an interrupted
run goes on where it stopped; a variant with which the device was lost is left
out then, and the row says so. Ratios above 1 say that the plan is faster.
"""

import argparse
import gc
import json
import math
import os
import random
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../python"))

import torch
from kernel_opt import baseline
from kernel_opt.plan import Plan
from programs import PROGRAMS

# Quantiles of Student's t, two-sided 95 %, by degrees of freedom.
T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14)
UNITS = {torch.float32: 2.0**-24, torch.float16: 2.0**-11, torch.bfloat16: 2.0**-8}
REFERENCE_BYTES = 2 << 30  # of fp64 inputs at a time

FAMILIES = {
    "normal": lambda s: torch.randn(s, device="cuda"),
    "uniform": lambda s: torch.rand(s, device="cuda"),
    "signed": lambda s: torch.rand(s, device="cuda") * 2 - 1,
    "lognormal": lambda s: torch.exp(4 * torch.randn(s, device="cuda")),
    "integers": lambda s: torch.randint(-4, 5, s, device="cuda").float(),
    "powers": lambda s: torch.exp2(torch.randint(-8, 9, s, device="cuda").float()),
    "shifted": lambda s: torch.randn(s, device="cuda") + 100,
    "ascending": lambda s: torch.linspace(-30, 30, s[-1], device="cuda").expand(s)
    + 0.1 * torch.randn(s, device="cuda"),
    "sparse": lambda s: torch.randn(s, device="cuda")
    * (torch.rand(s, device="cuda") < 0.01),
    "descending": lambda s: torch.linspace(30, -30, s[-1], device="cuda").expand(s)
    + 0.1 * torch.randn(s, device="cuda"),
    "alternating": lambda s: (1 - 2 * (torch.arange(s[-1], device="cuda") % 2))
    * (1 + torch.rand(s, device="cuda")),
    "big_first": lambda s: torch.randn(s, device="cuda")
    * torch.where(torch.arange(s[-1], device="cuda") < 8, 1e4, 1.0),
    "big_last": lambda s: torch.randn(s, device="cuda")
    * torch.where(torch.arange(s[-1], device="cuda") >= s[-1] - 8, 1e4, 1.0),
    "graded": lambda s: torch.randn(s, device="cuda")
    * torch.exp2(-torch.linspace(0, 40, s[-1], device="cuda")),
    "tiny": lambda s: torch.randn(s, device="cuda") * 2.0**-120,
    "subnormal": lambda s: torch.randn(s, device="cuda") * 2.0**-140,
    "huge": lambda s: torch.randn(s, device="cuda") * 2.0**60,
}
# Largest magnitude of a family for types that do not hold all of them.
LARGEST = {torch.float16: 64.0, torch.bfloat16: 2.0**60}

# Values that are strewn over normal inputs, for the table of special values.
SPECIALS = {
    "nan": (math.nan,),
    "inf": (math.inf, -math.inf),
    "extremes": (3e38, -3e38, 0.0, -0.0, 1e-40),
}


class Original:
    """A program with its inputs, in the form that the baselines take."""

    def __init__(self, program, seed, family="normal"):
        self.torch = torch
        self.program = program
        self.model = program.function
        torch.manual_seed(seed)
        self.sets = [self.draw(family)]
        size = sum(t.numel() * t.element_size() for t in self.sets[0])
        self.input_bytes = size
        self.l2_bytes = torch.cuda.get_device_properties(0).L2_cache_size
        # One set that is many times the L2 cannot stay there.
        if size < 8 * self.l2_bytes:
            count = max(3, math.ceil(2 * self.l2_bytes / size) + 2)
            self.sets += [self.draw(family) for _ in range(min(count, 16) - 1)]

    def draw(self, family):
        drawn = []
        for i in self.program.inputs:
            values = FAMILIES[family](i.shape) * i.factor
            most = LARGEST.get(i.dtype)
            if most and values.abs().max() > most:
                values *= most / values.abs().max()
            drawn.append(values.to(i.dtype).contiguous())
        return drawn

    def strew(self, values):
        """Puts special values at eight places of each input, and -Inf over one
        row of the first if they are infinite."""
        for t in self.sets[0]:
            flat = t.view(-1)
            for n, at in enumerate(torch.randint(0, flat.numel(), (8,)).tolist()):
                flat[at] = values[n % len(values)]
        if math.inf in values and self.sets[0][0].dim() > 1:
            self.sets[0][0][0] = -math.inf

    def tensors(self, value):
        return list(value) if isinstance(value, (tuple, list)) else [value]

    def pieces(self, most=None):
        """Ranges of rows whose fp64 inputs fit; at most so many, spread out."""
        inputs = self.sets[0]
        if not self.program.rows:
            return [None]
        rows = inputs[0].shape[0]
        cut = sum(inputs[i].numel() * 8 for i in self.program.rows)
        count = min(rows, max(1, math.ceil(cut / REFERENCE_BYTES)))
        step = math.ceil(rows / count)
        pieces = [slice(i, min(i + step, rows)) for i in range(0, rows, step)]
        if not most or len(pieces) <= most:
            return pieces
        return [pieces[i * (len(pieces) - 1) // max(most - 1, 1)] for i in range(most)]

    def cut(self, piece):
        return [
            (t[piece] if piece is not None and i in self.program.rows else t).double()
            for i, t in enumerate(self.sets[0])
        ]


class PlanVariant(baseline.Variant):
    """Our side of a pair: the plan on each set of inputs, as one graph each."""

    def __init__(self, original, path, graph=True):
        self.path = path
        self.plans = []
        super().__init__(original, "eager")
        if graph:
            self.capture()

    def warm_up(self):
        for inputs in self.program.sets:
            plan = Plan.load(self.path)
            plan.bind(*inputs)
            self.plans.append(plan)
        self.call = lambda *inputs: next(
            p for p, s in zip(self.plans, self.program.sets) if s[0] is inputs[0]
        ).run()
        super().warm_up()


class Accuracy:
    """Error in units of u times the scale, pooled over pieces of an output."""

    def __init__(self):
        self.squares, self.count, self.worst = 0.0, 0, 0.0

    def add(self, value, reference, scale, unit):
        value = value.double()
        bad = torch.isnan(value) != torch.isnan(reference)
        error = (value - reference).abs_() / (scale * unit)
        # Where both are the same special value there is no error.
        error[(value == reference) | (torch.isnan(value) & torch.isnan(reference))] = 0
        error[bad] = math.inf
        error.nan_to_num_(nan=math.inf, posinf=math.inf)
        self.squares += error.square().sum().item()
        self.count += error.numel()
        self.worst = max(self.worst, error.max().item())

    @property
    def rms(self):
        return math.sqrt(self.squares / max(self.count, 1))


def classes(value):
    """1 for NaN, 2 for Inf, 3 for -Inf, 0 for numbers."""
    result = torch.isnan(value).to(torch.int8)
    result += 2 * torch.isposinf(value) + 3 * torch.isneginf(value)
    return result


def specials(original, path, program):
    """Elements of another class than Torch's, for each kind of special value:
    numbers of Torch's that are none here, numbers here alone, other ones."""
    result = {}
    for name, values in SPECIALS.items():
        original.sets[0] = original.draw("normal")
        original.strew(values)
        with torch.no_grad():
            outputs = Plan.load(path)(*original.sets[0])
            theirs = original.tensors(program.function(*original.sets[0]))
        counts = [0, 0, 0]
        for ours, other in zip(outputs, theirs):
            flat = (t.reshape(-1).split(1 << 28) for t in (ours, other))
            for piece, same in zip(*flat):
                a, b = classes(piece), classes(same)
                counts[0] += ((a != 0) & (b == 0)).sum().item()
                counts[1] += ((a == 0) & (b != 0)).sum().item()
                counts[2] += ((a != b) & (a != 0) & (b != 0)).sum().item()
        result[name] = dict(zip(("less_finite", "more_finite", "others"), counts))
    return result


def accuracy(original, outputs, torch_outputs, pieces=None):
    """[ours, Torch's] for each output, over all of it or some pieces."""
    result = [[Accuracy(), Accuracy()] for _ in outputs]
    program = original.program
    for piece in original.pieces(pieces):
        inputs = original.cut(piece)
        references = original.tensors(program.function(*inputs))
        scale = program.scale(*inputs) if program.scale else None
        for pair, ours, theirs, reference in zip(
            result, outputs, torch_outputs, references
        ):
            if piece is not None:
                ours, theirs = ours[piece], theirs[piece]
            reference = reference.double()
            size = scale
            if size is None:
                size = reference.abs()
                size = size + size[torch.isfinite(size)].square().mean().sqrt()
            size = size.clamp_min(1e-300)
            unit = UNITS.get(ours.dtype, 2.0**-24)
            pair[0].add(ours, reference, size, unit)
            pair[1].add(theirs, reference, size, unit)
        del inputs, references, scale
    return [
        {
            "rms": a.rms,
            "max": a.worst,
            "torch_rms": b.rms,
            "torch_max": b.worst,
            "passed": a.rms <= 1.25 * b.rms + 0.5 and a.worst <= 2 * b.worst + 2,
        }
        for a, b in result
    ]


def compare(theirs, ours, clock, seconds):
    """Interleaved blocks of five pairs, each in a random order."""
    order = random.Random(1)
    first = ours.sample(clock)["seconds"] + theirs.sample(clock)["seconds"]
    blocks = int(min(15, max(4, seconds / max(5 * first, 1e-6))))
    ratios, times = [], ([], [])
    for _ in range(blocks):
        block = ([], [])
        for _ in range(5):
            sides = [(theirs, 0), (ours, 1)]
            order.shuffle(sides)
            for variant, side in sides:
                block[side].append(variant.sample(clock)["seconds"])
        medians = [statistics.median(b) for b in block]
        ratios.append(math.log(medians[0] / medians[1]))
        for side in (0, 1):
            times[side].extend(block[side])
    mean = statistics.fmean(ratios)
    half = T95[min(blocks - 2, len(T95) - 1)] * statistics.stdev(ratios) / math.sqrt(blocks)
    return {
        "ratio": math.exp(mean),
        "interval": [math.exp(mean - half), math.exp(mean + half)],
        "torch_seconds": statistics.median(times[0]),
        "seconds": statistics.median(times[1]),
        "blocks": blocks,
    }


def copy_seconds(size, flush):
    """A copy that reads and writes `size` bytes in all."""
    count = max(size // 2, 4) // 4
    a, b = (torch.empty(count, dtype=torch.int32, device="cuda") for _ in range(2))
    times = []
    for i in range(7):
        flush.fill_(i)
        events = [torch.cuda.Event(enable_timing=True) for _ in range(2)]
        events[0].record()
        b.copy_(a)
        events[1].record()
        torch.cuda.synchronize()
        times.append(events[0].elapsed_time(events[1]) * 1e-3)
    return statistics.median(times)


class Attempt:
    """Which variant of Torch is being made, in a file that outlives the process:
    one with which the device was lost is left out the next time."""

    def __init__(self, results, plan):
        self.path, self.plan = results + ".attempts", plan
        self.all = {}
        if os.path.exists(self.path):
            with open(self.path) as file:
                self.all = json.load(file)
        self.lost = self.all.setdefault(plan, [])

    def write(self, variants):
        with open(self.path, "w") as file:
            json.dump(dict(self.all, **{self.plan: variants}), file)

    def begin(self, variant):
        self.write(self.lost + [variant])

    def end(self):
        self.write(self.lost)


def measure(path, options, clock):
    name = os.path.splitext(os.path.basename(path))[0]
    program = PROGRAMS[name.partition("@")[0]]
    row = {"plan": name, "device": torch.cuda.get_device_name(), "torch": torch.__version__}
    row["families"] = {}
    for family in options.families.split(","):
        original = Original(program, options.seed, family)
        original.sets = original.sets[:1]
        inputs = original.sets[0]
        plan = Plan.load(path)
        for tensor in plan.tensors.values():
            if tensor.is_floating_point():
                tensor.fill_(math.nan)
        with torch.no_grad():
            outputs = plan(*inputs)
            theirs = original.tensors(program.function(*inputs))
            torch.cuda.synchronize()
            most = None if family == "normal" else options.pieces
            row["families"][family] = accuracy(original, outputs, theirs, most)
        if family == "normal":
            first = [t.clone() for t in outputs]
            row["equal_bits"] = all(
                all(torch.equal(a, b) for a, b in zip(first, plan.run()))
                for _ in range(options.repeats)
            )
            size = original.input_bytes + sum(t.numel() * t.element_size() for t in first)
            del first
        del original, plan, outputs, theirs, inputs
        torch.cuda.empty_cache()
    row["passed"] = row["equal_bits"] and all(
        o["passed"] for f in row["families"].values() for o in f
    )
    if options.specials:
        original = Original(program, options.seed)
        original.sets = original.sets[:1]
        row["specials"] = specials(original, path, program)
        row["passed"] &= not any(
            c["less_finite"] or c["others"] for c in row["specials"].values()
        )
        del original
        torch.cuda.empty_cache()
    if options.no_time:
        return row
    original = Original(program, options.seed)
    variants = []
    attempt = Attempt(options.results, name)
    # In the order in which they do each other no harm.
    for variant in sorted(options.variants.split(","), key=baseline.VARIANTS.index):
        if variant in attempt.lost:
            row.setdefault("failures", {})[variant] = "the device was lost"
            continue
        attempt.begin(variant)
        try:
            variants.append(baseline.Variant(original, variant))
        except Exception as error:  # A variant that fails is no baseline.
            row.setdefault("failures", {})[variant] = str(error)[:500]
            torch.cuda.synchronize()
    screened = {}
    for v in variants:
        attempt.begin(v.name)
        screened[v.name] = statistics.median(v.sample(clock)["seconds"] for _ in range(5))
    attempt.end()
    row["variants"] = screened
    best = min(variants, key=lambda v: screened[v.name])
    row["baseline"] = best.name
    variants = [best]
    ours = PlanVariant(original, path)
    row.update(compare(best, ours, clock, options.seconds))
    flush = ours.flush
    del original, variants, best, ours
    torch.cuda.empty_cache()
    row["of_copy"] = copy_seconds(size, flush) / row["seconds"]
    return row


def line(row):
    text = "%-26s %-4s" % (row["plan"], "ok" if row["passed"] else "BAD")
    if "ratio" in row:
        text += " %9.3f ms  %s %9.3f ms  %6.3fx [%.3f, %.3f]  %.3f of copy" % (
            row["seconds"] * 1e3,
            row["baseline"],
            row["torch_seconds"] * 1e3,
            row["ratio"],
            *row["interval"],
            row["of_copy"],
        )
    for family, outputs in row["families"].items():
        for o in outputs:
            if family != "normal" and o["passed"]:
                continue
            text += "  %s rms %.2g/%.2g max %.2g/%.2g" % (
                family,
                o["rms"],
                o["torch_rms"],
                o["max"],
                o["torch_max"],
            )
    for kind, counts in row.get("specials", {}).items():
        if any(counts.values()):
            text += "  %s %s" % (kind, counts)
    if not row["equal_bits"]:
        text += "  BITS DIFFER"
    return text


def write_table(rows, path):
    """All rows as Markdown."""
    head = "| program | checked | ours | best of Torch | tried | ratio | of a copy's speed | RMS error |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    letters = {"eager": "E", "compile": "C", "max-autotune": "A"}
    for row in sorted(rows, key=lambda r: r["plan"]):
        cells = [row["plan"], "passed" if row["passed"] else "**failed**"]
        if "ratio" in row:
            tried = dict.fromkeys(letters[v.partition("+")[0]] for v in row["variants"])
            tried = list(tried) + ["(without %s)" % v for v in row.get("failures", {})]
            cells += [
                "%.3f ms" % (row["seconds"] * 1e3),
                "%.3f ms, %s" % (row["torch_seconds"] * 1e3, row["baseline"]),
                " ".join(tried),
                "%.3f [%.3f, %.3f]" % (row["ratio"], *row["interval"]),
                "%.3f" % row["of_copy"],
            ]
        else:
            cells += [""] * 5
        errors = ["%.2g / %.2g" % (o["rms"], o["torch_rms"]) for o in row["families"]["normal"]]
        lines.append("| " + " | ".join(cells + [" ".join(errors)]) + " |")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def read_rows(path):
    """What a results file holds, without a line that was cut off."""
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [json.loads(l) for l in file if l.endswith("\n")]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("plans", nargs="+", help="launch plans (JSON)")
    parser.add_argument("--results", default="results.jsonl", help="one JSON object a line")
    parser.add_argument("--table", help="all rows of the results, as Markdown")
    parser.add_argument("--variants", default=",".join(baseline.VARIANTS))
    parser.add_argument(
        "--families", default="normal", help="all, or some of " + ", ".join(FAMILIES)
    )
    parser.add_argument("--pieces", type=int, help="of other families' outputs, at most")
    parser.add_argument("--specials", action="store_true", help="NaN, Inf, extremes")
    parser.add_argument("--repeats", type=int, default=20, help="runs for equal bits")
    parser.add_argument("--seconds", type=float, default=3, help="of timing for each plan")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-time", action="store_true", help="check only")
    options = parser.parse_args()
    if options.families == "all":
        options.families = ",".join(FAMILIES)
    done = {row["plan"] for row in read_rows(options.results)}
    clock = baseline.Clock(torch)
    failures = 0
    for path in options.plans:
        if os.path.splitext(os.path.basename(path))[0] in done:
            continue
        # Variants and the functions they call hold each other.
        gc.collect()
        torch.cuda.empty_cache()
        begin = time.time()
        try:
            row = measure(path, options, clock)
        except Exception as error:
            failures += 1
            print("%s: %s" % (path, str(error)[:600]), file=sys.stderr, flush=True)
            continue
        row["wall"] = time.time() - begin
        failures += not row["passed"]
        with open(options.results, "a") as file:
            file.write(json.dumps(row) + "\n")
        print(line(row), flush=True)
        if options.table:
            write_table(read_rows(options.results), options.table)
    if options.table:
        write_table(read_rows(options.results), options.table)
    return min(failures, 100)


if __name__ == "__main__":
    sys.exit(main())
