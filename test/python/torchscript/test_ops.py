"""Every operation that models need: imported, executed on the CPU, compared.

    python test_ops.py --kernel-opt=build/dev/bin/kernel-opt
        --import=build/dev/bin/kernel-opt-import --llvm=/usr/lib/llvm-22
        [--filter=softmax] [--list=OPS.md]

`--list` names a table of operations (rows "| `aten::relu` | ..."): those that
no program agreed on are printed. Exit status: 0 all right, 1 something differs,
77 torch is not installed.
"""

import argparse
import os
import re
import sys
import tempfile
import warnings

try:
    import torch
except ImportError:
    print("skipped: torch is not installed")
    sys.exit(77)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import op_cases  # noqa: E402
from importing import Importer, make_tools, run_programs  # noqa: E402


def print_table(path, agreed):
    with open(path, encoding="utf-8") as file:
        wanted = re.findall(r"^\| `((?:aten|prim)::\w+)`", file.read(), re.M)
    missing = [op for op in wanted if op not in agreed]
    print("%d of %d operations of the list agree with torch" % (len(wanted) - len(missing), len(wanted)))
    if missing:
        print("not among them: " + ", ".join(missing))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel-opt", required=True)
    parser.add_argument("--import", dest="importer", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--filter", default="")
    parser.add_argument("--list", default="")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    cases = [c for c in op_cases.CASES if re.search(arguments.filter, c.name)]
    with tempfile.TemporaryDirectory() as folder:
        messages, agreed = run_programs(
            make_tools(arguments), Importer(arguments.importer, folder), cases, folder,
            verbose=arguments.verbose)  # fmt: skip
    print("%d programs, %d messages" % (len(cases), len(messages)))
    if arguments.list:
        print_table(arguments.list, agreed)
    return 1 if messages or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
