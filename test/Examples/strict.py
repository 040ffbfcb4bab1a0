#!/usr/bin/env python3
"""Compiles programs under the strict policy, and reads what was proved of them.

strict.py KERNEL_OPT FOLDER [NAME...] [--jobs N] [--limit SECONDS] [--keep FOLDER]

Runs every FOLDER/*.mlir, or those of the given names, with no archive and no
search. Each must be verified by `strict`; the certificate must show, for each
kernel, that the interpreter ran the very program whose PTX is at the end of the
chain, that it writes each element once, and that ptxas made a cubin of it. Times
are printed and not judged, except that nothing may take longer than --limit.
"""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

LEVELS = ("PROVED", "CHECKED", "TESTED")
# What the strict policy wants to know of each kernel, by layer.
DUE = {("L0", "admission"), ("L4", "same-function"), ("L4", "safety"), ("L5", "accuracy"),
       ("L5", "special-values"), ("L0", "ptx-lint")}


def kernels_of(certificate):
    """Records of kernels; those of functions have no name."""
    return [record for record in certificate.get("kernels", []) if "name" in record]


def complaints(certificate):
    """What is missing in a certificate; nothing if it is all there."""
    found = []
    if certificate["verdict"] != "verified":
        found += [f"{certificate['verdict']}: {reason}" for reason in certificate["reasons"] or ["no reason given"]]
    if certificate["policy"]["name"] != "strict":
        found.append(f"judged by {certificate['policy']['name']}")
    stages = {link["stage"]: link["hash"] for link in certificate["chain"]}
    for stage in ("input", "linalg", "scheduled"):
        if stage not in stages:
            found.append(f"the chain lacks '{stage}'")
    digest = hashlib.sha256(certificate["scheduled"].encode()).hexdigest()
    if stages.get("scheduled") != "sha256:" + digest:
        found.append("the chain does not go through the scheduled text")
    kernels = kernels_of(certificate)
    if not kernels:
        found.append("no kernels")
    for kernel in kernels:
        name = kernel["name"]
        if stages.get(f"ptx @{name}") != kernel["ptx"]:
            found.append(f"the chain does not end in the PTX of {name}")
        if not kernel.get("cubin"):
            found.append(f"ptxas made nothing of {name}")
        check = kernel.get("check", {})
        if check.get("verdict") != "verified" or not check.get("runs") or not check.get("covered"):
            found.append(f"the interpreter did not verify {name}")
        # L4 ran this very text, out of which the PTX was made.
        if f"gpu.func @{name}(" not in certificate["scheduled"]:
            found.append(f"{name} is not in the scheduled text")
        of = {(o["layer"], o["obligation"]) for o in certificate["obligations"]
              if o["subject"] == f"kernel @{name}" and o["level"].startswith(LEVELS)}
        found += [f"no evidence of {name}: {obligation} ({layer})" for layer, obligation in sorted(DUE - of)]
    return found


def attempt(arguments, folder, path):
    name = os.path.splitext(os.path.basename(path))[0]
    certificate = os.path.join(folder, name + ".cert.json")
    begin = time.monotonic()
    command = [arguments.kernel_opt, path, "--search=off", "--database=none", "-o",
               os.path.join(folder, name + ".out.mlir"), "--certificate=" + certificate]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    try:
        _, errors = process.communicate(timeout=arguments.limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return name, [f"took longer than {arguments.limit} s"], {}, time.monotonic() - begin
    wall = time.monotonic() - begin
    if process.returncode:
        return name, [f"exit code {process.returncode}: {errors[-500:]}"], {}, wall
    with open(certificate) as file:
        read = json.load(file)
    return name, complaints(read), read, wall


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kernel_opt")
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--limit", type=float, default=600)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    paths = sorted(glob.glob(os.path.join(arguments.folder, "*.mlir")))
    if arguments.names:
        paths = [os.path.join(arguments.folder, name + ".mlir") for name in arguments.names]
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or temporary
        os.makedirs(folder, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            results = pool.map(lambda path: attempt(arguments, folder, path), paths)
            for name, found, certificate, wall in results:
                wrong += bool(found)
                kernels = ", ".join(k["strategy"] for k in kernels_of(certificate))
                weakest = certificate.get("weakest", {}).get("level", "-")
                print(f"{name:20} {'WRONG' if found else 'verified':9} {wall:6.1f} s  {weakest:18} {kernels}", flush=True)
                for line in found:
                    print(f"    {line}", flush=True)
    user = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(f"{len(paths)} programs, {wrong} wrong; {user:.0f} s of processor time")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
