#!/usr/bin/env python3
"""Plants bugs in the kernels of the corpus and prints which layer refuses which.

    mutation.py --tool build/dev/test/mutation/kernel-opt-mutants [--generic 2000] [--seed S]

Listed mutators (groups A to F) are applied to each kernel that has a place for
them, `--per-pair` times; generic ones are drawn by the seed. Mutants that are not
valid IR, or whose canonical IR or PTX is the original's, are drawn again. A mutant
is `refuted`, `rejected` (no candidate either: it cannot be evaluated or compiled),
`unproven`, or survives as `verified`. `crash` and `timeout` are errors of the
verifier. Survivors are compared with the original bit by bit: those whose bits
differ make the run fail, and so does one that `--accepted` does not explain.
"""

import argparse
import collections
import concurrent.futures
import difflib
import hashlib
import html
import json
import math
import os
import random
import re
import sys
import tempfile
import time

from workers import Worker, read_corpus

HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS = ("L0", "L2", "L4 values", "L4 safety", "L4 rejects", "L5", "L5-V", "compile")
REDRAWN = ("invalid", "same", "drawn before")
KILLED = ("refuted", "rejected")


def seed_of(*parts):
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "little")


def listed_mutants(worker, options):
    """Judged mutants of each listed mutator that has places in a kernel."""
    for mutator in worker.description["mutators"]:
        if mutator["group"] == "generic" or mutator["sites"] == 0:
            continue
        # What accuracy alone tells is not asked of kernels that it refuses unmutated.
        if worker.kernel.policy != "strict" and "L5" in mutator["killers"]:
            continue
        sites = list(range(mutator["sites"]))
        random.Random(seed_of(options.seed, worker.kernel.name, mutator["name"])).shuffle(sites)
        left = options.per_pair
        for site in sites[: 4 * options.per_pair]:
            if left == 0:
                break
            answer = worker.judge(mutator["name"], site, seed_of(options.seed, site))
            answer.update(group=mutator["group"], killers=mutator["killers"])
            yield answer
            left -= answer["verdict"] not in REDRAWN


def generic_mutants(worker, count, options):
    """So many mutants of one kernel: each kind as often, each place of a kind as likely."""
    mutators = [m for m in worker.description["mutators"] if m["group"] == "generic" and m["sites"]]
    draws = random.Random(seed_of(options.seed, worker.kernel.name, "generic"))
    seen = set()
    for _ in range(20 * count):
        if count == 0:
            return
        mutator = draws.choice(mutators)
        site, seed = draws.randrange(mutator["sites"]), draws.randrange(1 << 32)
        answer = worker.judge(mutator["name"], site, seed)
        answer.update(group="generic", killers="")
        if answer.get("hash") in seen and answer["verdict"] not in REDRAWN:
            answer["verdict"] = "drawn before"
        if "hash" in answer:
            seen.add(answer["hash"])
        count -= answer["verdict"] not in REDRAWN
        yield answer


def judge_kernel(kernel, count, options, folder, log):
    judged = []
    arguments = [f"--nonce={seed_of(options.seed, 'nonce') + 1}"] + (["--all-layers"] if options.all_layers else [])
    worker = Worker(options.tool, kernel, folder, options.seconds, arguments)
    try:
        first = worker.description
        if first["verdict"] != "verified":
            answer = dict(first, kernel=kernel.name, mutator="none", site=0, seed=0, group="none", killers="")
            return [dict(answer, verdict="unproven", what="unmutated", layers=[])]
        makers = [listed_mutants(worker, options)] if options.per_pair else []
        makers += [generic_mutants(worker, count, options)]
        for maker in makers:
            for answer in maker:
                judged.append(answer)
                text = answer.pop("text", None)
                log.write(json.dumps(answer) + "\n")
                log.flush()
                if answer["verdict"] not in REDRAWN + KILLED:
                    keep(answer, text, first["text"], options)
    finally:
        worker.stop()
    return judged


def keep(answer, text, original, options):
    """The mutant and what it changed, as files."""
    if not options.keep:
        return
    os.makedirs(options.keep, exist_ok=True)
    name = f"{answer['kernel']}.{answer['mutator']}.{answer['site']}.{answer['seed']}"
    lines = [json.dumps(answer, indent=1)]
    if text:
        with open(os.path.join(options.keep, name + ".mlir"), "w") as file:
            file.write(text)
        lines += difflib.unified_diff(original.splitlines(), text.splitlines(), lineterm="", n=2)
    with open(os.path.join(options.keep, name + ".diff"), "w") as file:
        file.write("\n".join(lines) + "\n")


def is_expected(answer):
    """Whether one of the layers that must tell did."""
    wanted = [k for k in answer["killers"].split(",") if k]
    return not wanted or any(layer in wanted for layer in answer["layers"])


def explanation(answer, accepted):
    """The class of docs/KillMatrix.md that a survivor falls in, if any."""
    for entry in accepted:
        fields = (name for name in ("kernel", "mutator", "what", "place") if name in entry)
        if all(re.search(entry[name], answer[name]) for name in fields):
            if re.search(entry["bits"], answer.get("bits", "none")):
                return entry["class"]
    return None


def table_of(judged, key):
    """Counts of verdicts and layers by what `key` names."""
    rows = collections.defaultdict(collections.Counter)
    for answer in judged:
        if answer["verdict"] in REDRAWN:
            continue
        row = rows[key(answer)]
        row["mutants"] += 1
        row[answer["verdict"]] += 1
        for layer in answer["layers"] if answer["verdict"] in KILLED else ():
            row[layer] += 1
        if answer["verdict"] in KILLED and len(answer["layers"]) == 1:
            row["fragile"] += 1
    return rows


COLUMNS = ("mutants", *LAYERS, "unproven", "verified", "crash", "timeout")


def print_table(title, rows):
    width = max(map(len, rows), default=0)
    print(f"\n{title:{width}}  " + "  ".join(f"{c:>{max(5, len(c))}}" for c in COLUMNS))
    for name, row in sorted(rows.items()):
        print(f"{name:{width}}  " + "  ".join(f"{row[c] or '.':>{max(5, len(c))}}" for c in COLUMNS))


def write_html(path, tables, summary):
    with open(path, "w") as file:
        file.write("<!doctype html><meta charset=utf-8><title>Kill matrix</title><style>"
                   "td{text-align:right;padding:2px 8px}th{padding:2px 8px}.bad{background:#fbb}</style>\n")
        file.write(f"<p>{html.escape(summary)}</p>\n")
        for title, rows in tables:
            file.write(f"<h2>{title}</h2><table><tr><th>" + "<th>".join(("", *COLUMNS)) + "\n")
            for name, row in sorted(rows.items()):
                cells = "".join(
                    f"<td{' class=bad' if row[c] and c in ('verified', 'crash', 'timeout') else ''}>{row[c] or ''}"
                    for c in COLUMNS)
                file.write(f"<tr><th>{html.escape(name)}{cells}\n")
            file.write("</table>\n")


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--corpus", default=os.path.join(HERE, "corpus.mlir"))
    parser.add_argument("--seed", default=None, help="drawn and printed if absent")
    parser.add_argument("--generic", type=int, default=2000, help="generic mutants of all kernels together")
    parser.add_argument("--per-pair", type=int, default=1, help="mutants of each listed mutator and kernel")
    parser.add_argument("--kernels", help="names, separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=120, help="that a mutant may take")
    parser.add_argument("--all-layers", action="store_true")
    parser.add_argument("--accepted", default=os.path.join(HERE, "accepted.json"))
    parser.add_argument("--keep", help="folder for survivors")
    parser.add_argument("--log", help="file with a line for each mutant")
    parser.add_argument("--html", help="file for the tables")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(1 << 32))
    return options


def report(judged, options, seconds):
    """Prints the tables; true if nothing is wrong."""
    with open(options.accepted) as file:
        accepted = json.load(file)
    kinds = [(f"{a['group']} {a['mutator']}", a) for a in judged]
    tables = []
    for title, chosen, key in (
        ("listed", [a for a in judged if a["group"] != "generic"], lambda a: f"{a['group']} {a['mutator']}"),
        ("generic", [a for a in judged if a["group"] == "generic"], lambda a: a["mutator"]),
        ("kernels", judged, lambda a: a["kernel"]),
    ):
        rows = table_of(chosen, key)
        tables.append((title, rows))
        print_table(title, rows)
    wrong, classes = 0, collections.Counter()
    for answer in judged:
        verdict = answer["verdict"]
        name = f"{answer['kernel']} {answer['mutator']} {answer['site']} {answer['seed']}"
        if verdict == "verified":
            why = explanation(answer, accepted)
            if why:
                classes[why] += 1
                continue
            print(f"SURVIVED {name}: {answer['what']}: bits {answer.get('bits')}: {answer['place'][:160]}")
        elif verdict in ("crash", "timeout"):
            print(f"{verdict.upper()} {name}: {answer['detail']}")
        elif answer["group"] == "none":
            print(f"NOT VERIFIED unmutated: {answer['kernel']}: {answer['detail'][:300]}")
        elif verdict in KILLED and not is_expected(answer):
            print(f"UNEXPECTED {name}: by {', '.join(answer['layers'])} instead of {answer['killers']}: {answer['detail'][:160]}")
        else:
            continue
        wrong += 1
    for why, count in sorted(classes.items()):
        print(f"equivalent: {count} {why}")
    total = collections.Counter(a["verdict"] for a in judged)
    pairs = {(a["mutator"], a["kernel"]) for a in judged if a["group"] != "generic" and a["verdict"] not in REDRAWN}
    summary = (f"seed {options.seed}: {len(pairs)} listed pairs, {dict(sorted(total.items()))}, "
               f"{sum(classes.values())} equivalent, {wrong} wrong, {seconds:.0f} s")
    print(summary)
    if options.html:
        write_html(options.html, tables, summary)
    return wrong == 0


def main():
    options = parse_options()
    print(f"seed {options.seed}", flush=True)
    kernels = read_corpus(options.corpus)
    if options.kernels:
        kernels = [k for k in kernels if k.name in options.kernels.split(",")]
    begin, judged = time.time(), []
    parts = sum(k.share for k in kernels)
    shares = [math.ceil(options.generic * k.share / parts) for k in kernels]
    with tempfile.TemporaryDirectory() as folder, open(options.log or os.devnull, "w") as log:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            futures = [pool.submit(judge_kernel, k, n, options, folder, log) for k, n in zip(kernels, shares)]
            for future in futures:
                judged += future.result()
    sys.exit(0 if report(judged, options, time.time() - begin) else 1)


if __name__ == "__main__":
    main()
