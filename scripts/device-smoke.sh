#!/usr/bin/env bash
# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Tries everything that touches a device on a real one (sm_90 or newer):
#
#   scripts/device-smoke.sh [KERNEL_OPT] [FOLDER]
#
# KERNEL_OPT is the executable (default: build/static/bin/kernel-opt). Plans and
# results go to FOLDER (default: a temporary one). Needs python3 with numpy, and
# with torch for the last part. Takes about a minute. One line per check, the
# exit status is the number of failures.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
binary=$(readlink -f "${1:-$root/build/static/bin/kernel-opt}")
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
folder=$(readlink -f "$folder")
cd "$folder" || exit 99
failures=0

run() { timeout 300 "$binary" --tool=kernel-opt-run "$@"; }

# expect NAME STATUS PATTERN ARGUMENTS...: runs and checks status and output.
expect() {
  local name=$1 status=$2 pattern=$3 log="$1.log"
  shift 3
  run "$@" >"$log" 2>&1
  local actual=$?
  if [ "$actual" = "$status" ] && grep -qE "$pattern" "$log"; then
    echo "PASS $name"
  else
    echo "FAIL $name: status $actual (expected $status), looked for: $pattern"
    sed 's/^/    /' "$log" | tail -20
    failures=$((failures + 1))
  fi
}

python3 - <<'PYTHON' || { echo "FAIL cannot write the plans"; exit 99; }
import json

HEAD = ".version 8.0\n.target sm_90\n.address_size 64\n"

SCALE = HEAD + """
.visible .entry scale_f32(.param .u64 x, .param .u64 y, .param .u32 n, .param .f32 f)
{
  .reg .pred %p;
  .reg .b32 %r<5>;
  .reg .f32 %f<3>;
  .reg .b64 %a<4>;
  ld.param.u64 %a0, [x];
  ld.param.u64 %a1, [y];
  ld.param.u32 %r0, [n];
  ld.param.f32 %f0, [f];
  cvta.to.global.u64 %a0, %a0;
  cvta.to.global.u64 %a1, %a1;
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mad.lo.u32 %r4, %r1, %r2, %r3;
  setp.ge.u32 %p, %r4, %r0;
  @%p bra done;
  mul.wide.u32 %a2, %r4, 4;
  add.u64 %a3, %a0, %a2;
  ld.global.f32 %f1, [%a3];
  mul.rn.f32 %f2, %f1, %f0;
  add.u64 %a3, %a1, %a2;
  st.global.f32 [%a3], %f2;
done:
  ret;
}
"""

# Loads 32 x 32 tiles through a tensor map, edges filled with zeros.
TMA = HEAD + """
.visible .entry tiles(.param .align 128 .b8 map[128], .param .u64 out)
{
  .reg .pred %first, %done;
  .reg .b32 %r<12>, %tile, %bar;
  .reg .f32 %v;
  .reg .b64 %m, %o, %at;
  .shared .align 128 .b8 tile[4096];
  .shared .align 8 .b64 bar;
  mov.b64 %m, map;
  cvta.param.u64 %m, %m;
  ld.param.u64 %o, [out];
  cvta.to.global.u64 %o, %o;
  mov.u32 %tile, tile;
  mov.u32 %bar, bar;
  mov.u32 %r0, %tid.x;
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ctaid.y;
  shl.b32 %r3, %r1, 5;
  shl.b32 %r4, %r2, 5;
  setp.eq.u32 %first, %r0, 0;
  @%first mbarrier.init.shared::cta.b64 [%bar], 1;
  @%first fence.mbarrier_init.release.cluster;
  bar.sync 0;
  @!%first bra wait;
  mbarrier.arrive.expect_tx.shared::cta.b64 _, [%bar], 4096;
  cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes
      [%tile], [%m, {%r3, %r4}], [%bar];
wait:
  mbarrier.try_wait.parity.shared::cta.b64 %done, [%bar], 0;
  @!%done bra wait;
  shl.b32 %r5, %r0, 2;
  add.u32 %r5, %r5, %tile;
  ld.shared.f32 %v, [%r5];
  shr.u32 %r6, %r0, 5;
  and.b32 %r7, %r0, 31;
  add.u32 %r6, %r6, %r4;
  add.u32 %r7, %r7, %r3;
  mad.lo.u32 %r8, %r6, 128, %r7;
  mul.wide.u32 %at, %r8, 4;
  add.u64 %at, %at, %o;
  st.global.f32 [%at], %v;
  ret;
}
"""

CLUSTER = HEAD + """
.visible .entry ranks(.param .u64 out)
{
  .reg .b32 %r<4>;
  .reg .b64 %o, %at;
  ld.param.u64 %o, [out];
  cvta.to.global.u64 %o, %o;
  mov.u32 %r0, %cluster_ctarank;
  mov.u32 %r1, %cluster_nctaid.x;
  mov.u32 %r2, %ctaid.x;
  mad.lo.u32 %r3, %r0, 100, %r1;
  mul.wide.u32 %at, %r2, 4;
  add.u64 %at, %at, %o;
  st.global.u32 [%at], %r3;
  ret;
}
"""

# Reverses 256 numbers through the far end of a large shared buffer.
SHARED = HEAD + """
.extern .shared .align 16 .b8 dyn[];
.visible .entry reverse(.param .u64 out)
{
  .reg .b32 %r<8>;
  .reg .b64 %o, %at;
  ld.param.u64 %o, [out];
  cvta.to.global.u64 %o, %o;
  mov.u32 %r0, dyn;
  add.u32 %r0, %r0, 198976;
  mov.u32 %r1, %tid.x;
  shl.b32 %r2, %r1, 2;
  add.u32 %r3, %r0, %r2;
  st.shared.u32 [%r3], %r1;
  bar.sync 0;
  sub.u32 %r4, 1020, %r2;
  add.u32 %r3, %r0, %r4;
  ld.shared.u32 %r5, [%r3];
  mov.u32 %r6, %ctaid.x;
  mad.lo.u32 %r7, %r6, 256, %r1;
  mul.wide.u32 %at, %r7, 4;
  add.u64 %at, %at, %o;
  st.global.u32 [%at], %r5;
  ret;
}
"""

# Ends by itself after eight seconds, so that nothing is left on the device.
SPIN = HEAD + """
.visible .entry spin(.param .u64 out)
{
  .reg .pred %p;
  .reg .b64 %o, %start, %now;
  ld.param.u64 %o, [out];
  cvta.to.global.u64 %o, %o;
  mov.u64 %start, %globaltimer;
loop:
  mov.u64 %now, %globaltimer;
  sub.u64 %now, %now, %start;
  setp.lt.u64 %p, %now, 8000000000;
  @%p bra loop;
  st.global.u64 [%o], %now;
  ret;
}
"""


def buffer(name, role, type, *shape, **more):
    return dict(name=name, role=role, type=type, shape=list(shape), **more)


def scalar(type, value):
    return {"scalar": {"type": type, "value": value}}


def plan(file, ptx, buffers, launches, target="sm_90", **more):
    text = dict(
        kernel_opt_launch_plan=1,
        name=file,
        target=target,
        modules=[dict(name="m", ptx=ptx)],
        buffers=buffers,
        launches=launches,
        **more
    )
    json.dump(text, open(file + ".json", "w"), indent=1)


def scale(file, n, grid, **more):
    size = more.pop("size", 1000)
    ptx = more.pop("ptx", SCALE)
    repeats = more.pop("repeats", 1)
    launch = dict(
        kernel="scale_f32",
        grid=[grid],
        block=[256],
        arguments=[{"buffer": "x"}, {"buffer": "y"}, scalar("i32", n), scalar("f32", 2)],
    )
    plan(
        file,
        ptx,
        [buffer("x", "input", "f32", size), buffer("y", "output", "f32", size)],
        [launch] * repeats,
        **more
    )


scale("scale", 1000, 4)
scale("short", 999, 4)
scale("past", 1001, 4)
scale("foreign", 1000, 4, target="sm_100a", ptx=SCALE.replace("sm_90", "sm_100a"))
scale("broken", 1000, 4, ptx=SCALE.replace("mul.rn.f32", "not_an_instruction"))
large = 1 << 26
scale("large", large, large // 256, size=large, work=dict(bytes=8 * large))
scale("twice", large, large // 256, size=large, repeats=2)
scale("impossible", 1000, 4, work=dict(bytes=1 << 40))
scale("huge", 1000, 4, size=1 << 40)
tensor_map = dict(
    buffer="x", element="f32", dims=[100, 70], strides=[400], box=[32, 32], fill="zero"
)
plan(
    "tma",
    TMA,
    [buffer("x", "input", "f32", 70, 100), buffer("y", "output", "f32", 96, 128)],
    [
        dict(
            kernel="tiles",
            grid=[4, 3],
            block=[1024],
            arguments=[{"tensor_map": tensor_map}, {"buffer": "y"}],
        )
    ],
)
for size in (4, 16):
    plan(
        "cluster%d" % size,
        CLUSTER,
        [buffer("y", "output", "i32", 64)],
        [
            dict(
                kernel="ranks",
                grid=[64],
                block=[32],
                cluster=[size],
                arguments=[{"buffer": "y"}],
            )
        ],
    )
plan(
    "shared",
    SHARED,
    [buffer("y", "output", "i32", 8, 256)],
    [
        dict(
            kernel="reverse",
            grid=[8],
            block=[256],
            shared_bytes=200000,
            cooperative=True,
            arguments=[{"buffer": "y"}],
        )
    ],
)
plan(
    "spin",
    SPIN,
    [buffer("y", "output", "i64", 1)],
    [dict(kernel="spin", grid=[1], block=[1], arguments=[{"buffer": "y"}])],
)
plan(
    "prepare",
    SCALE,
    [
        buffer("w", "input", "f32", 1000, parameter=True),
        buffer("p", "prepared", "f32", 1000),
        buffer("t", "workspace", "f32", 1000),
        buffer("y", "output", "f32", 1000),
    ],
    [
        {"fill": "t", "value": 0},
        {"copy": "p", "to": "t"},
        dict(
            kernel="scale_f32",
            grid=[4],
            block=[256],
            arguments=[{"buffer": "t"}, {"buffer": "y"}, scalar("i32", 1000), scalar("f32", 2)],
        ),
    ],
    prepare=[
        dict(
            kernel="scale_f32",
            grid=[4],
            block=[256],
            arguments=[{"buffer": "w"}, {"buffer": "p"}, scalar("i32", 1000), scalar("f32", 2)],
        )
    ],
)
open("program.py", "w").write(
    "import torch\n"
    "class Model(torch.nn.Module):\n"
    "    def forward(self, x):\n"
    "        return x * 2\n"
    "def get_inputs():\n"
    "    return [torch.randn(%d)]\n" % large
)
PYTHON

reference() { python3 -c "import numpy as np; $1"; }

expect device 0 'compute capability' --device-info --rates --measure-again
cat device.log
expect run 0 'deterministic; inputs and surroundings untouched' scale.json --dump=d
reference "x = np.load('d/x.npy'); np.save('twice.npy', x * np.float32(2))"
expect check-end 0 'output y: passed' scale.json --check=twice.npy
expect check-front 0 'output y: passed' scale.json --check=twice.npy --guard=front
expect check-plain 0 'output y: passed' scale.json --check=twice.npy --guard=none
expect check-file 0 'output y: passed' scale.json --check=twice.npy --inputs=d/x.npy --seed=9
expect unwritten 1 'depends on what memory held before: 1 of 1000' short.json
expect past-the-end 3 'illegal memory access' past.json
expect past-seen 1 "memory behind buffer 'y' was written" past.json --guard=front
expect foreign 3 'is compiled for sm_100a' foreign.json
expect broken 3 'the compiler in the driver says: .*' broken.json
expect no-memory 3 'out of device memory' huge.json
expect hang 3 'did not end within 2.0 s' spin.json --timeout=2
expect after-hang 0 'deterministic' scale.json
expect tma 0 'deterministic' tma.json --dump=tma
reference "x = np.load('tma/x.npy'); y = np.zeros((96, 128), np.float32); y[:70, :100] = x; np.save('tma.npy', y)"
expect tma-check 0 'output y: passed' tma.json --check=tma.npy
for size in 4 16; do
  reference "i = np.arange(64, dtype=np.int32); np.save('cluster$size.npy', i % $size * 100 + $size)"
  expect cluster$size 0 'output y: passed' cluster$size.json --check=cluster$size.npy
done
reference "np.save('shared.npy', np.tile(np.arange(256, dtype=np.int32)[::-1], (8, 1)).copy())"
expect shared-cooperative 0 'output y: passed' shared.json --check=shared.npy
expect prepare 0 'deterministic' prepare.json --dump=p
reference "x = np.load('p/w.npy'); np.save('four.npy', x * np.float32(4))"
expect prepare-check 0 'output y: passed' prepare.json --check=four.npy

expect time 0 'speed of light' large.json --time
cat time.log
expect time-small 0 '^time ' scale.json --time
cat time-small.log
expect impossible 1 'faster than the speed of light' impossible.json --time
expect equal 0 '^same' large.json --aa
cat equal.log
expect faster 0 '^faster' large.json --baseline=twice.json --confirm
cat faster.log
expect slower 0 '^slower' twice.json --baseline=large.json
expect worker-baseline 0 '^(same|ambiguous|faster|slower): (0\.9|1\.0)' large.json \
  --baseline-command="$binary --tool=kernel-opt-run --worker" \
  --baseline-load='{"plan_file": "large.json"}'
cat worker-baseline.log

if python3 -c 'import torch' 2>/dev/null; then
  export PYTHONPATH="$root/python${PYTHONPATH:+:$PYTHONPATH}"
  printf '{"id":1,"command":"load","program":"program.py"}\n{"id":2,"command":"dump","handle":0,"folder":"torch","reference":true}\n{"id":3,"command":"quit"}\n' |
    timeout 300 python3 -m kernel_opt.baseline >torch-load.log 2>torch-load.err
  sed 's/^/    /' torch-load.log
  expect torch-inputs 0 'output y: passed' large.json \
    --inputs=torch/input0.npy --check=torch/output0.npy
  expect torch 0 '^(same|ambiguous|faster|slower): ' large.json \
    --baseline-command="python3 -m kernel_opt.baseline" \
    --baseline-load='{"program": "program.py"}'
  cat torch.log
else
  echo "SKIP torch: not installed"
fi
echo "$failures failures; logs in $folder"
exit "$failures"
