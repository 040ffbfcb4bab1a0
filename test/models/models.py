#!/usr/bin/env python3
"""Whole models, from torch by the importer to their verdicts.

models.py --import IMPORTER --kernel-opt KERNEL_OPT [NAME...] [--small]
          [--limit SECONDS] [--keep FOLDER]

Traces each model, imports it, compiles it under the strict policy with no archive
and no search, and demands of the certificate what Examples/strict.py does: the
verdict `verified`, and evidence of each kernel. Prints how many kernels are
launched, how many of them differ, what is left as operations on tensors, and how
long it took. --small takes the same models with few and small layers.
Exit status: 0 all right, 1 something is wrong, 77 there is no torch.
"""

import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile
import warnings

try:
    import torch
except ImportError:
    print("skipped: torch is not installed")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [HERE, os.path.join(HERE, "..", "Examples")]
import architectures  # noqa: E402
import strict  # noqa: E402


def transformer(small):
    if small:
        return architectures.Transformer(2, 64, 2, 64, 5000), torch.zeros(1, 64, dtype=torch.int64)
    return architectures.Transformer(), torch.zeros(1, 1024, dtype=torch.int64)


def resnet(small):
    if small:
        return architectures.ResNet(1, 8, 10), torch.zeros(1, 3, 32, 32)
    return architectures.ResNet(), torch.zeros(1, 3, 224, 224)


MODELS = {"transformer": transformer, "resnet": resnet}
TYPES = {torch.float32: "f32", torch.int64: "i64"}


def import_model(importer, folder, name, small):
    """Writes FOLDER/NAME.mlir."""
    module, example = MODELS[name](small)
    archive, path = (os.path.join(folder, name + ending) for ending in (".pt", ".mlir"))
    with torch.no_grad():
        torch.jit.save(torch.jit.trace(module.eval(), example, check_trace=False), archive)
    sizes = ",".join(map(str, example.shape))
    with open(path, "w") as file:
        subprocess.run([importer, archive, f"--input={TYPES[example.dtype]}[{sizes}]"], stdout=file, check=True)
    os.remove(archive)
    return path


def describe(path):
    """Launches in a compiled program, and what it computes outside of kernels."""
    with open(path, errors="replace") as file:
        text = file.read()
    launches = re.findall(r"kopt\.launch @[\w.$-]+::@([\w.$-]+)", text)
    left = collections.Counter(re.findall(r"= (linalg\.\w+|tensor\.(?:pad|gather|concat))", text))
    return launches, left


def check(arguments, folder, name):
    path = import_model(getattr(arguments, "import"), folder, name, arguments.small)
    _, wrong, certificate, wall = strict.attempt(arguments, folder, path)
    kernels = strict.kernels_of(certificate)
    weakest = certificate.get("weakest", {}).get("level", "-")
    print(f"{name}: {'WRONG' if wrong else 'verified'}, {wall:.0f} s, weakest level {weakest}")
    if certificate:
        launches, left = describe(os.path.join(folder, name + ".out.mlir"))
        strategies = collections.Counter(kernel["strategy"] for kernel in kernels)
        print(f"    {len(launches)} launches of {len(kernels)} kernels")
        print("    strategies: " + ", ".join(f"{s} ({n})" for s, n in strategies.most_common()))
        print("    on tensors: " + (", ".join(f"{op} ({n})" for op, n in left.items()) or "nothing"))
        for obligation in certificate["obligations"]:
            if obligation["subject"].startswith("function"):
                print(f"    {obligation['subject']}: {obligation['level']}: {obligation.get('detail', '')}")
    for line in wrong:
        print("    " + line)
    sys.stdout.flush()
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--import", required=True)
    parser.add_argument("--kernel-opt", required=True)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--limit", type=float, default=3600)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or temporary
        os.makedirs(folder, exist_ok=True)
        good = [check(arguments, folder, name) for name in arguments.names or MODELS]
    print(f"{len(good)} models, {good.count(False)} wrong")
    return 0 if all(good) and good else 1


if __name__ == "__main__":
    sys.exit(main())
