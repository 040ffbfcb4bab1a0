"""Imports TorchScript archives, executes the linalg form, compares with torch.

Beside the harness for single aten operations, whose compiler and bounds this
uses: all programs of a batch become functions of one module.
"""

import copy
import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "aten"))
import harness  # noqa: E402

TYPE_NAMES = harness.TYPES


@dataclasses.dataclass
class Program:
    """A module and its inputs.

    how:    "trace" or "script".
    dtypes: types that floating-point inputs and parameters are converted to.
    ulps:   see harness.Case.
    """

    name: str
    module: torch.nn.Module
    inputs: list
    how: str = "trace"
    dtypes: tuple = (torch.float32, torch.float64)
    ulps: float = 64


@dataclasses.dataclass
class Part:
    """One program inside of a function, and what torch gives."""

    name: str
    ulps: float
    ops: set
    wanted: list
    shown: list
    scale: float = 0.0


@dataclasses.dataclass
class Imported:
    """One or several programs in one type, as a function."""

    name: str
    text: str
    inputs: list
    parts: list

    @property
    def shown(self):
        return [tensor for part in self.parts for tensor in part.shown]


class Together(torch.nn.Module):
    """Several programs as one: an import of many costs as much as of one."""

    def __init__(self, programs):
        super().__init__()
        self.parts = torch.nn.ModuleList([program.module for program in programs])
        self.counts = [len(program.inputs) for program in programs]

    def forward(self, *inputs):
        results, at = [], 0
        for part, count in zip(self.parts, self.counts):
            results += flatten(part(*inputs[at : at + count]))
            at += count
        return tuple(results)


def input_text(value):
    if isinstance(value, torch.Tensor):
        return "%s[%s]" % (TYPE_NAMES[value.dtype], ",".join(map(str, value.shape)))
    return str(value).lower()


def flatten(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [t for part in value.values() for t in flatten(part)]
    if isinstance(value, (tuple, list)):
        return [t for part in value for t in flatten(part)]
    return []


def converted(value, dtype):
    if isinstance(value, torch.Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    return value


def ops_of(graph):
    """Names of the operations of a graph and of all that it calls."""
    names = set()
    pending = [graph]
    while pending:
        for node in pending.pop().nodes():
            names.add(node.kind())
            pending += list(node.blocks())
    return names


class ImportFailed(Exception):
    pass


class Importer:
    def __init__(self, tool, folder):
        self.tool = tool
        self.folder = folder

    def run(self, path, inputs, *options):
        command = [self.tool, path] + ["--input=" + text for text in inputs]
        return subprocess.run(
            command + list(options), capture_output=True, text=True, check=False
        )

    def import_module(self, module, inputs, how="trace", name="forward"):
        """The text, and the module of the archive."""
        path = os.path.join(self.folder, name + ".pt")
        with torch.no_grad():
            if how == "trace":
                script = torch.jit.trace(module, tuple(inputs), check_trace=False)
            else:
                script = torch.jit.script(module)
        script.save(path)
        done = self.run(path, [input_text(x) for x in inputs])
        # Numbers beside tensors lose in the file that they were no tensors.
        script = torch.jit.load(path)
        os.unlink(path)
        if done.returncode != 0:
            raise ImportFailed(done.stderr.strip() or "status %d" % done.returncode)
        return done.stdout, script


def parts_of(programs, script, scripts, dtype):
    """What torch makes of the inputs. A part of a trace may take its inputs in
    another order, and return a tensor once that is returned twice, so the
    module of the archive is run as a whole."""
    parts, at = [], 0
    with torch.no_grad():
        shown = flatten(script(*[x for p in programs for x in clones(p.inputs)]))
        for program, own in zip(programs, scripts):
            wide = copy.deepcopy(program.module).to(torch.float64)
            inputs = [converted(x, torch.float64) for x in clones(program.inputs)]
            wanted = flatten(wide(*inputs))
            results = shown[at : at + len(wanted)]
            at += len(wanted)
            # A trace of fp64 may hold numbers that were rounded to fp32.
            if dtype == torch.float64:
                wanted = results
            name = "%s_%s" % (program.name, TYPE_NAMES[dtype])
            ops = ops_of(own.inlined_graph)
            parts.append(Part(name, program.ulps, ops, wanted, results))
    return parts


def prepare(importer, programs, dtype):
    """Imports programs, traced ones together, with everything in `dtype`."""
    name = "%s_%s_%s" % (programs[0].name, programs[0].how, TYPE_NAMES[dtype])
    programs = [dataclasses.replace(p, module=copy.deepcopy(p.module).eval().to(dtype),
                                    inputs=[converted(x, dtype) for x in p.inputs])
                for p in programs]  # fmt: skip
    single = len(programs) == 1
    module = programs[0].module if single else Together(programs)
    inputs = [x for program in programs for x in program.inputs]
    text, script = importer.import_module(module, clones(inputs), programs[0].how, name)
    signature = text[: text.index(") -> (")]
    names = re.findall(r'kopt\.name = "([^"]*)"', signature)
    tensors = [x for x in inputs if isinstance(x, torch.Tensor)]
    values = dict(module.state_dict(keep_vars=True))
    arguments = tensors + [attribute(module, values, n) for n in names[len(tensors) :]]
    scripts = [script] if single else list(script.parts.children())
    parts = parts_of(programs, script, scripts, dtype)
    return Imported(name, function_text(text, name),
                    [a.detach().contiguous() for a in arguments], parts)  # fmt: skip


def function_text(text, name):
    """The function of a module, to be called from C under `name`."""
    # torch's memory must not become the memory of a result.
    text = text.replace("kopt.name = ", "bufferization.writable = false, kopt.name = ")
    text = re.sub(r"func\.func @\w+\(", "func.func @%s(" % name, text, count=1)
    start, rest = text.split(") {\n", 1)
    text = start + ") attributes {llvm.emit_c_interface} {\n" + rest
    return text[text.index("func.func") : text.rindex("}")]


def clones(inputs):
    return [x.clone() if isinstance(x, torch.Tensor) else x for x in inputs]


def attribute(module, values, name):
    """The tensor of that path, which need not be a parameter or buffer."""
    if name in values:
        return values[name]
    value = module
    for part in name.split("."):
        if isinstance(value, (list, tuple)):
            value = value[int(part)]
        else:
            value = getattr(value, part)
    return value


def compare(part, results):
    """Messages about the results of one program."""
    if len(results) != len(part.wanted):
        return ["%s: %d results, expected %d" % (part.name, len(results), len(part.wanted))]
    messages = []
    for index, (own, ref) in enumerate(zip(results, part.wanted)):
        why = harness.difference(part, own, ref)
        if not why and own.dtype != part.shown[index].dtype:
            why = "type %s, expected %s" % (own.dtype, part.shown[index].dtype)
        if why:
            messages.append("%s: result %d: %s" % (part.name, index, why))
    return messages


def check(tools, one, folder):
    """Compiles and runs a function; messages by the name of the program."""
    lib = tools.compile("module {\n%s\n}\n" % one.text, folder)
    results = harness.call(lib, one)
    messages, at = {}, 0
    for part in one.parts:
        messages[part.name] = compare(part, results[at : at + len(part.shown)])
        at += len(part.shown)
    return messages


def run_together(tools, importer, programs, dtype, where):
    """Messages, and operations of programs that agree with torch."""
    try:
        one = prepare(importer, programs, dtype)
        wrong = check(tools, one, tempfile.mkdtemp(dir=where))
    except Exception as error:
        if len(programs) == 1:
            kind = "" if isinstance(error, (ImportFailed, RuntimeError)) else "wrong case: "
            name = "%s_%s" % (programs[0].name, TYPE_NAMES[dtype])
            return ["%s: %s%s" % (name, kind, str(error)[-1500:])], set()
        half = len(programs) // 2
        messages, agreed = run_together(tools, importer, programs[:half], dtype, where)
        more, also = run_together(tools, importer, programs[half:], dtype, where)
        return messages + more, agreed | also
    messages, agreed = [], set()
    for part in one.parts:
        messages += wrong[part.name]
        if not wrong[part.name]:
            agreed |= part.ops
    return messages, agreed


def run_programs(tools, importer, programs, where, together=16, verbose=False):
    """Messages, and operations of programs that agree with torch."""
    messages, agreed = [], set()
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        todo = [p for p in programs if dtype in p.dtypes]
        for start in range(0, len(todo), together):
            if verbose:
                print("; ".join(p.name for p in todo[start : start + together]), dtype, flush=True)
            own, ops = run_together(tools, importer, todo[start : start + together], dtype, where)
            for message in own:
                print(message, flush=True)
            messages += own
            agreed |= ops
    return messages, agreed


def make_tools(arguments):
    # Functions are large and run once.
    return harness.Tools(arguments.kernel_opt, arguments.llvm, arguments.cc, "-O0")


def report_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)
