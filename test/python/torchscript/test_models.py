"""Models of many kinds, scripted and traced, against torch.

    python test_models.py --kernel-opt=build/dev/bin/kernel-opt
        --import=build/dev/bin/kernel-opt-import --llvm=/usr/lib/llvm-22
        [--filter=gpt]

Exit status: 0 all right, 1 something differs, 77 torch is not installed.
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
import models  # noqa: E402
from importing import Importer, make_tools, run_programs  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel-opt", required=True)
    parser.add_argument("--import", dest="importer", required=True)
    parser.add_argument("--llvm", required=True)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--filter", default="")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    todo = [p for p in models.programs() if re.search(arguments.filter, p.name + "_" + p.how)]
    with tempfile.TemporaryDirectory() as folder:
        messages, _ = run_programs(
            make_tools(arguments), Importer(arguments.importer, folder), todo, folder, 1)  # fmt: skip
    print("%d programs, %d messages" % (len(todo), len(messages)))
    return 1 if messages or not todo else 0


if __name__ == "__main__":
    sys.exit(main())
