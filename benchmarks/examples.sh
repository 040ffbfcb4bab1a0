#!/usr/bin/env bash
# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The example programs, each checked and timed against the best of Torch:
#
#   benchmarks/examples.sh FOLDER [ARGUMENTS OF against_torch.py]
#
# Compiles what has no launch plan in FOLDER yet (KERNELOPT names the executable,
# default: kernel-opt; no device is needed, and --search=off is the default here),
# measures what FOLDER/results.jsonl does not hold yet, at most KERNELOPT_LIMIT
# (300) seconds each, and writes all rows to FOLDER/table.md. Interrupted, it goes
# on where it stopped. The exit status is the number of programs that failed.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?a folder for plans and results}
shift
mkdir -p "$folder"
failures=0
for program in "$root"/test/Examples/*.mlir; do
  plan=$folder/$(basename "$program" .mlir).json
  [ -s "$plan" ] && continue
  "${KERNELOPT:-kernel-opt}" "$program" --emit=plan --search=off --verify=off --quiet \
    -o "$plan.part" && mv "$plan.part" "$plan" || failures=$((failures + 1))
done
[ "${KERNELOPT_PLANS_ONLY:-}" ] && exit "$failures"
# Each in a process of its own: one that loses the device costs its row alone.
for plan in "$folder"/*.json; do
  name=$(basename "$plan" .json)
  grep -qs "^{\"plan\": \"$name\",.*}$" "$folder/results.jsonl" && continue
  # The second time without what the device did not survive the first time.
  for try in 1 2; do
    timeout "${KERNELOPT_LIMIT:-300}" python3 "$root/benchmarks/against_torch.py" "$plan" \
      --results "$folder/results.jsonl" --table "$folder/table.md" "$@"
    status=$?
    [ $status = 0 ] && break
  done
  [ $status = 0 ] || { echo "$plan: status $status"; failures=$((failures + 1)); }
done
exit "$failures"
