# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Launch plans from PTX written by hand, and workers to run them.

What the scripts of this folder share. A kernel is the text of a body; its
pointers become registers `%p_NAME`, its scalars `%NAME`; `%i` is the number of the thread
in the whole grid and `%n` a scalar that most kernels take last.
"""

import json
import os
import re
import select
import subprocess
import time

SIZES = {"f32": 4, "i32": 4, "f64": 8, "i64": 8}


def kernel(name, pointers, body, scalars=("n",), shared="", module=""):
    """PTX of a module with one entry: pointers, then 32-bit scalars."""
    parameters = ", ".join(
        [".param .u64 p_%s" % p for p in pointers]
        + [".param .u32 p_%s" % s for s in scalars]
    )
    lines = [".version 8.0", ".target sm_90", ".address_size 64", module]
    lines += [".visible .entry %s(%s)" % (name, parameters), "{", shared]
    lines += [
        "  .reg .pred %p, %q;",
        "  .reg .b32 %i, %t, %b, %d, %g, %x, %y, %z, %k, %m;",
        "  .reg .f32 %u, %v, %w, %e, %f, %h;",
        "  .reg .b64 %at, %to, %c0, %c1;",
    ]
    for p in pointers:
        lines.append("  .reg .b64 %%p_%s;" % p)
        lines.append("  ld.param.u64 %%p_%s, [p_%s];" % (p, p))
        lines.append("  cvta.to.global.u64 %%p_%s, %%p_%s;" % (p, p))
    for s in scalars:
        lines.append("  .reg .b32 %%%s;" % s)
        lines.append("  ld.param.u32 %%%s, [p_%s];" % (s, s))
    lines += [
        "  mov.u32 %b, %ctaid.x;",
        "  mov.u32 %d, %ntid.x;",
        "  mov.u32 %t, %tid.x;",
        "  mov.u32 %g, %nctaid.x;",
        "  mad.lo.u32 %i, %b, %d, %t;",
    ]
    return "\n".join(lines) + "\n" + body + "\nend:\n  ret;\n}\n"


def load(pointer, index, to, type="f32"):
    return "  mul.wide.u32 %%at, %s, 4;\n  add.u64 %%at, %%at, %%p_%s;\n  ld.global.%s %s, [%%at];\n" % (
        index,
        pointer,
        type,
        to,
    )


def store(pointer, index, value, type="f32"):
    return "  mul.wide.u32 %%at, %s, 4;\n  add.u64 %%at, %%at, %%p_%s;\n  st.global.%s [%%at], %s;\n" % (
        index,
        pointer,
        type,
        value,
    )


def buffer(name, role, *shape, type="f32", **more):
    return dict(name=name, role=role, type=type, shape=list(shape), **more)


def plan(name, ptx, buffers, grid, block=256, pointers=None, scalars=(), target="sm_90", **launch):
    """A plan of one launch that takes all buffers, or `pointers`, in order."""
    entry = re.search(r"\.entry (\w+)", ptx).group(1)
    arguments = [{"buffer": p} for p in pointers or [b["name"] for b in buffers]]
    arguments += [{"scalar": {"type": "i32", "value": s}} for s in scalars]
    work = launch.pop("work", None)
    result = dict(
        kernel_opt_launch_plan=1,
        name=name,
        target=target,
        modules=[dict(name="m", ptx=ptx)],
        buffers=buffers,
        launches=[
            dict(
                kernel=entry,
                grid=grid if isinstance(grid, list) else [grid],
                block=block if isinstance(block, list) else [block],
                arguments=arguments,
                **launch
            )
        ],
    )
    if work:
        result["work"] = work
    return result


def stalled(plan, cycles, blocks):
    """The plan with its first kernel held up: each of the first `blocks` blocks,
    those that are resident at once, waits for so many cycles before it begins.
    The whole launch ends later by that time."""
    changed = json.loads(json.dumps(plan))
    first = next(l for l in changed["launches"] if "kernel" in l)
    prologue = """
  {
  .reg .pred %%stall;
  .reg .b32 %%place, %%extent, %%more;
  .reg .b64 %%from, %%now;
  mov.u32 %%place, %%ctaid.z;
  mov.u32 %%extent, %%nctaid.y;
  mov.u32 %%more, %%ctaid.y;
  mad.lo.u32 %%place, %%place, %%extent, %%more;
  mov.u32 %%extent, %%nctaid.x;
  mov.u32 %%more, %%ctaid.x;
  mad.lo.u32 %%place, %%place, %%extent, %%more;
  setp.ge.u32 %%stall, %%place, %d;
  @%%stall bra kernel_opt_begin;
  mov.u64 %%from, %%clock64;
kernel_opt_stall:
  mov.u64 %%now, %%clock64;
  sub.u64 %%now, %%now, %%from;
  setp.lt.u64 %%stall, %%now, %d;
  @%%stall bra kernel_opt_stall;
kernel_opt_begin:
  }
""" % (
        blocks,
        max(cycles, 1),
    )
    for module in changed["modules"]:
        text = module["ptx"]
        entry = re.search(r"\.entry\s+%s\b" % re.escape(first["kernel"]), text)
        if not entry or first.get("module", module["name"]) != module["name"]:
            continue
        body = text.index("{", text.index(")", entry.end()))
        module["ptx"] = text[: body + 1] + prologue + text[body + 1 :]
        return changed
    raise ValueError("%s: no PTX of its first kernel" % plan["name"])


class Lost(Exception):
    """The worker died or answered with a fatal error."""


class Worker:
    """`kernel-opt-run --worker`, started again when the device was lost."""

    def __init__(self, binary, *options, patience=120):
        self.command = [binary, "--tool=kernel-opt-run", "--worker", *options]
        self.patience = patience
        self.process = None
        self.starts = 0

    def start(self):
        self.starts += 1
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ask(self, command, **members):
        """The answer; raises ValueError on an error, Lost if the worker is gone."""
        if not self.process:
            self.start()
        self.process.stdin.write(json.dumps(dict(id=1, command=command, **members)) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], self.patience)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.end()
            raise Lost("%s: the worker is silent or dead" % command)
        answer = json.loads(line)
        if answer["ok"]:
            return answer
        error = answer["error"]
        if error.get("fatal"):
            self.end()
            raise Lost("%s: %s" % (error["kind"], error["message"]))
        raise ValueError("%s: %s" % (error["kind"], error["message"]))

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def find_binary(given):
    here = os.path.dirname(os.path.abspath(__file__))
    path = given or os.path.join(here, "../../build/static/bin/kernel-opt")
    if not os.path.exists(path):
        raise SystemExit("there is no %s; name the executable with --binary" % path)
    return os.path.abspath(path)


class Clock:
    def __init__(self):
        self.start = time.time()

    def __call__(self):
        return time.time() - self.start
