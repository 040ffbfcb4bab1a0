"""Every aten op, lowered to linalg and executed on the CPU, against torch.

As a script (this is what ctest does):

    python test_numerics.py --kernel-opt=build/dev/bin/kernel-opt
        --llvm=/usr/lib/llvm-22 [--filter=softmax]

Exit status: 0 all right, 1 something differs, 77 torch is not installed. With
pytest, KERNEL_OPT and LLVM_PREFIX name the programs.
"""

import argparse
import os
import sys
import tempfile

try:
    import torch
except ImportError:
    if __name__ != "__main__":
        import pytest

        pytest.skip("torch is not installed", allow_module_level=True)
    print("skipped: torch is not installed")
    sys.exit(77)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases
import cases_contraction  # noqa: F401
import cases_pointwise  # noqa: F401
import cases_reduction  # noqa: F401
import cases_view  # noqa: F401
from harness import Tools, prepare, run_batch

BATCH = 60


def prepared(pattern=""):
    """All cases in all their types; without floats in it, a case runs once."""
    result = []
    for case in cases.CASES:
        if pattern not in case.name:
            continue
        has_float = any(x.is_floating_point() for x in case.inputs)
        for dtype in case.dtypes if has_float else case.dtypes[:1]:
            result.append(prepare(case, dtype))
    return result


def run(tools, pattern=""):
    """Messages about what differs, and the number of cases run."""
    todo = prepared(pattern)
    messages = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(todo), BATCH):
            messages += run_batch(tools, todo[start : start + BATCH], folder)
    return messages, len(todo)


def test_numerics():
    tools = Tools(
        os.environ.get("KERNEL_OPT", "kernel-opt"),
        os.environ.get("LLVM_PREFIX", "/usr/lib/llvm-22"),
    )
    messages, count = run(tools)
    assert count > 0
    assert not messages, "\n".join(messages)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel-opt", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--filter", default="")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    messages, count = run(
        Tools(arguments.kernel_opt, arguments.llvm, arguments.cc), arguments.filter
    )
    for message in messages:
        print(message)
    ops = {case.op for case in cases.CASES if arguments.filter in case.name}
    print("%d cases of %d ops, %d messages" % (count, len(ops), len(messages)))
    return 1 if messages or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
