"""Archives that are damaged, hostile or not importable: errors, never crashes.

    python test_archives.py --kernel-opt=build/dev/bin/kernel-opt
        --import=build/dev/bin/kernel-opt-import [--mutations=200] [--seed=1]

Exit status: 0 all right, 1 something is wrong, 77 torch is not installed.
"""

import argparse
import io
import json
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile

try:
    import torch
except ImportError:
    print("skipped: torch is not installed")
    sys.exit(77)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import models  # noqa: E402


class Check:
    def __init__(self, tool, folder):
        self.tool, self.folder, self.messages, self.count = tool, folder, [], 0

    def run(self, data, *options, inputs=("f32[2,3]",)):
        path = os.path.join(self.folder, "m.pt")
        with open(path, "wb") as file:
            file.write(data)
        command = [self.tool, path] + ["--input=" + text for text in inputs]
        done = subprocess.run(
            command + list(options), capture_output=True, text=True, check=False, timeout=120
        )
        self.count += 1
        return done

    def fails(self, what, data, *parts, inputs=("f32[2,3]",), options=()):
        """The import must end with status 1 and say all of `parts`."""
        done = self.run(data, *options, inputs=inputs)
        if done.returncode != 1 or done.stdout or "error: " not in done.stderr:
            self.messages.append("%s: status %d: %s" % (what, done.returncode, done.stderr[:500]))
        for part in parts:
            if part not in done.stderr:
                self.messages.append("%s: lacks '%s': %s" % (what, part, done.stderr[:800]))


def saved(module, how=torch.jit.script):
    buffer = io.BytesIO()
    torch.jit.save(how(module), buffer)
    return buffer.getvalue()


def repacked(data, change):
    """The archive with the records that `change(name, bytes)` returns."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return result.getvalue()


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.linear(x)) + torch.tensor([1.0, 2.0, 3.0, 4.0])


class Sorts(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Sequential(torch.nn.ReLU(), Sort())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.inner(x)
        if bool(y.sum() > 0):
            y = torch.linalg.qr(y)[0]
        for _ in range(2):
            y = self.inner(y)
        return torch.sort(y)[0]


class Sort(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.topk(x, 2)[0]


class Forever(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        i = 0
        while i >= 0:
            i += 1
        return x + i


class Raises(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.size(0) == 2:
            raise ValueError("two is not enough")
        return x


class Rand(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.dropout(x + torch.randn(2, 3), 0.5, training=True)


class Evil:
    def __reduce__(self):
        return (os.system, ("touch /tmp/kernel-opt-import-was-here",))


def damaged(check):
    good = saved(Small())
    for size in (0, 3, 4, 100, len(good) // 2, len(good) - 1):
        check.fails("cut to %d" % size, good[:size])
    check.fails("no zip", b"this is no archive at all")
    check.fails("empty zip", repacked(good, lambda n, b: None))
    for record in ("data.pkl", "constants.pkl", "version"):
        drop = lambda n, b, r=record: None if n.endswith(r) else b  # noqa: E731
        check.fails("without " + record, repacked(good, drop))
    for record in ("data.pkl", "constants.pkl"):
        for bad in (b"", b"\x80\x02.", b"garbage", pickle.dumps(Evil(), 2), b"\x80\x02" + b"(" * 5000 + b"."):
            put = lambda n, b, r=record, v=bad: v if n.endswith(r) else b  # noqa: E731
            check.fails("bad " + record, repacked(good, put))
    if os.path.exists("/tmp/kernel-opt-import-was-here"):
        check.messages.append("a pickle was executed")
    code = lambda n, b: b"def forward(: !!" if n.endswith(".py") else b  # noqa: E731
    check.fails("bad code", repacked(good, code))
    version = lambda n, b: b"999999\n" if n.endswith("version") else b  # noqa: E731
    check.fails("version", repacked(good, version), "version")
    buffer = io.BytesIO()
    torch.save(Small().state_dict(), buffer)
    check.fails("weights alone", buffer.getvalue(), "torch.jit.save")


def refused(check):
    good = saved(Small())
    check.fails("no input", good, "'x' of type Tensor", inputs=())
    check.fails("two inputs", good, "expected 1 inputs, found 2", inputs=("f32[2,3]",) * 2)
    check.fails("sizes", good, "contracted dimensions", "found 5 and 3", "in linear", inputs=("f32[2,5]",))
    check.fails("type", good, "operand #1 with elements of type", inputs=("f64[2,3]",))
    for text in ("f99[2]", "f32[2", "f32[-1]", "f32[a]", "f32[9999999999,9999999999]"):
        check.fails("input " + text, good, "--input", inputs=(text,))
    check.fails("method", good, "no method 'other'", options=("--method=other",))
    check.fails("option", good, "no option '--bogus=1'", options=("--bogus=1",))
    check.fails("kernel-opt", good, "--kernel-opt=FILE", options=("--kernel-opt=/nowhere/kernel-opt",))
    check.fails("loop", saved(Forever()), "a loop runs more than")
    check.fails("raise", saved(Raises()), "two is not enough")
    check.fails("random", saved(Rand()), "'aten::randn'", "'aten::dropout'", "model.eval()")


def reported(check):
    """All that is missing is said at once, with places."""
    report = os.path.join(check.folder, "report.json")
    check.fails("unsupported", saved(Sorts()), "'aten::topk' (3 times)", "in inner.1",
                "test_archives.py:", "'aten::linalg_qr' (1 time)", "'aten::sort' (1 time)",
                "depends on data", options=("--report=" + report,))  # fmt: skip
    with open(report, encoding="utf-8") as file:
        found = json.load(file)
    ops = {p["op"]: p["count"] for p in found["problems"]}
    if found["succeeded"] or ops.get("aten::topk") != 3 or ops.get("aten::sort") != 1:
        check.messages.append("report: %r" % found)


class Gate(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values, places = torch.topk(self.linear(x), 2)
        return torch.softmax(values, -1) * places


def left_to_torch(check, kernel_opt):
    """An operation without a translation as a call, which kernel-opt keeps."""
    done = check.run(saved(Gate()), "--fallback=torch")
    for part in ("%1, %2 = func.call @torch_call_0(%0) : (tensor<2x4xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>)",
                 'kopt.torch = {op = "aten::topk", arguments = ["%0", "2", "-1", "True", "True"]}'):  # fmt: skip
        if done.returncode != 0 or part not in done.stdout:
            check.messages.append("fallback: lacks '%s': %s%s" % (part, done.stderr, done.stdout))
    if "note: 'aten::topk' is left to a Torch runtime" not in done.stderr:
        check.messages.append("fallback: no note: " + done.stderr)
    options = ["--emit=linalg", "--database=none"]
    kept = subprocess.run([kernel_opt] + options, input=done.stdout, capture_output=True, text=True, check=False)
    if kept.returncode != 0 or "call @torch_call_0" not in kept.stdout or "aten." in kept.stdout:
        check.messages.append("fallback is not kept: " + kept.stderr + kept.stdout)
    check.fails("host", saved(Sorts()), "depends on data", options=("--fallback=torch",))


def through_the_driver(check, kernel_opt):
    """kernel-opt takes an archive as it takes MLIR."""
    path = os.path.join(check.folder, "small.pt")
    with open(path, "wb") as file:
        file.write(saved(Small()))
    options = [path, "--input=f32[2,3]", "--emit=linalg", "--mlir-print-debuginfo"]
    done = subprocess.run([kernel_opt] + options, capture_output=True, text=True, check=False)
    for part in ("linalg.generic", "@forward(%arg0: tensor<2x3xf32>", 'kopt.name = "linear.weight", kopt.parameter',
                 'loc("linear")'):  # fmt: skip
        if done.returncode != 0 or part not in done.stdout:
            check.messages.append("driver: lacks '%s': %s" % (part, (done.stderr or done.stdout)[:500]))
    # Without the importer beside it.
    alone = os.path.join(check.folder, "kernel-opt")
    shutil.copy(kernel_opt, alone)
    done = subprocess.run([alone] + options, capture_output=True, text=True, check=False)
    if done.returncode != 1 or "KERNELOPT_TORCH_PYTHON" not in done.stderr:
        check.messages.append("driver alone: %d: %s" % (done.returncode, done.stderr[:500]))


def mutated(check, count, seed):
    """Archives with changed bytes: any end but a crash."""
    rng = random.Random(seed)
    originals = [saved(Small()), saved(models.Control())]
    for number in range(count):
        data = bytearray(rng.choice(originals))
        for _ in range(rng.choice((1, 1, 2, 8, 64))):
            at = rng.randrange(len(data))
            data[at] = rng.choice((0, 255, rng.randrange(256), data[at] ^ (1 << rng.randrange(8))))
        if rng.random() < 0.2:
            del data[rng.randrange(len(data)) :]
        done = check.run(bytes(data), inputs=("f32[2,4]",))
        if done.returncode not in (0, 1) or (done.returncode == 1 and "error: " not in done.stderr):
            check.messages.append("mutation %d of seed %d: status %d: %s" % (number, seed, done.returncode, done.stderr[:300]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel-opt", required=True)
    parser.add_argument("--import", dest="importer", required=True)
    parser.add_argument("--mutations", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        check = Check(arguments.importer, folder)
        damaged(check)
        refused(check)
        reported(check)
        left_to_torch(check, arguments.kernel_opt)
        through_the_driver(check, arguments.kernel_opt)
        mutated(check, arguments.mutations, arguments.seed)
    for message in check.messages:
        print(message)
    print("%d archives, %d messages" % (check.count, len(check.messages)))
    return 1 if check.messages else 0


if __name__ == "__main__":
    sys.exit(main())
