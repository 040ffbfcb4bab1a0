# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a kernel must beat: Torch itself, as a worker process.

Run as ``python3 -m kernel_opt.baseline``. Speaks the protocol of
docs/WorkerProtocol.md, the same as ``kernel-opt-run --worker``. A program is
loaded in several variants, and whoever compares takes the fastest:

    eager, compile, max-autotune    as their users run them
    ...+graph                       the same, replayed as one CUDA graph

A program is a TorchScript file (``.pt``), or a Python file that defines
``Model``, ``get_inputs()`` and perhaps ``get_init_inputs()``. A Python file is
executed: load only what you trust.
"""

import ctypes
import importlib.util
import json
import math
import os
import re
import sys
import traceback

# Graphs last: the graphs of max-autotune's own take back the workspaces of the
# libraries, in which a graph that was captured before would still work.
VARIANTS = (
    "eager",
    "compile",
    "max-autotune",
    "eager+graph",
    "compile+graph",
    "max-autotune+graph",
)

# Notes the cycle counter and the time of every multiprocessor.
CLOCKS_PTX = b"""
.version 7.0
.target sm_80
.address_size 64
.visible .entry clocks(.param .u64 pOut)
{
  .reg .b32 %r;
  .reg .b64 %out, %at, %cycles, %time;
  ld.param.u64 %out, [pOut];
  cvta.to.global.u64 %out, %out;
  mov.u32 %r, %smid;
  mul.wide.u32 %at, %r, 16;
  add.u64 %at, %at, %out;
  mov.u64 %time, %globaltimer;
  mov.u64 %cycles, %clock64;
  st.global.v2.u64 [%at], {%cycles, %time};
  ret;
}
"""
CLOCK_SLOTS = 512


class RequestError(Exception):
    """An answer with "ok": false."""

    def __init__(self, kind, message, fatal=False):
        super().__init__(message)
        self.kind = kind
        self.fatal = fatal


def import_torch():
    """Returns torch with a usable device, or raises a RequestError."""
    try:
        import torch
    except ImportError as error:
        raise RequestError("no-torch", "cannot import torch: %s" % error) from None
    if not torch.cuda.is_available():
        raise RequestError(
            "no-device",
            "torch %s finds no CUDA device; check that it was built for CUDA and "
            "that nvidia-smi lists a device" % torch.__version__,
        )
    return torch


class Clock:
    """Clock of the multiprocessors over a stretch of work.

    Without it (an old driver, a missing symbol) the clock reads zero, which
    means "not known".
    """

    def __init__(self, torch):
        self.torch = torch
        self.out = torch.zeros((2, CLOCK_SLOTS, 2), dtype=torch.int64, device="cuda")
        self.blocks = torch.cuda.get_device_properties(0).multi_processor_count
        self.function = None
        try:
            self.cuda = ctypes.CDLL("libcuda.so.1")
            module, function = ctypes.c_void_p(), ctypes.c_void_p()
            if (
                self.cuda.cuModuleLoadData(ctypes.byref(module), CLOCKS_PTX) == 0
                and self.cuda.cuModuleGetFunction(
                    ctypes.byref(function), module, b"clocks"
                )
                == 0
            ):
                self.function = function
        except (OSError, AttributeError):
            pass

    def read(self, slot):
        """Puts a reading on the current stream, before (0) or after (1) the work."""
        if self.function is None:
            return
        self.out[slot].zero_()
        address = ctypes.c_uint64(self.out[slot].data_ptr())
        parameters = (ctypes.c_void_p * 1)(
            ctypes.cast(ctypes.byref(address), ctypes.c_void_p)
        )
        stream = ctypes.c_void_p(self.torch.cuda.current_stream().cuda_stream)
        status = self.cuda.cuLaunchKernel(
            self.function, self.blocks, 1, 1, 1, 1, 1, 0, stream, parameters, None
        )
        if status != 0:
            self.function = None

    def hertz(self):
        """After a synchronization: the median clock between the readings."""
        if self.function is None:
            return 0.0
        before, after = self.out.cpu().unbind(0)
        rates = []
        for (c0, t0), (c1, t1) in zip(before.tolist(), after.tolist()):
            if t0 > 0 and t1 > t0 and c1 > c0:
                rates.append((c1 - c0) * 1e9 / (t1 - t0))
        return sorted(rates)[len(rates) // 2] if rates else 0.0


def parse_input(text):
    """``f32[4,3]`` as (dtype name, shape)."""
    names = {
        "f64": "float64",
        "f32": "float32",
        "f16": "float16",
        "bf16": "bfloat16",
        "i64": "int64",
        "i32": "int32",
        "i8": "int8",
        "i1": "bool",
    }
    match = re.fullmatch(r"(\w+)\[([\d,\s]*)\]", text.strip())
    if not match or match.group(1) not in names:
        raise RequestError(
            "bad-request", "expected an input like f32[4,3], found '%s'" % text
        )
    shape = [int(part) for part in match.group(2).split(",") if part.strip()]
    return names[match.group(1)], shape


class Program:
    """A model with several sets of inputs on the device."""

    def __init__(self, torch, path, request):
        self.torch = torch
        self.path = path
        self.seed = request.get("seed", 0)
        self.specs = request.get("inputs", [])
        torch.manual_seed(self.seed)
        if path.endswith(".pt"):
            self.model = torch.jit.load(path, map_location="cuda")
            self.make_inputs = self.draw
        else:
            spec = importlib.util.spec_from_file_location("program", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            initial = getattr(module, "get_init_inputs", list)()
            self.model = module.Model(*initial)
            self.make_inputs = module.get_inputs
        self.model = self.model.cuda().eval()
        if self.specs and all(str(s).endswith(".npy") for s in self.specs):
            self.make_inputs = self.read
        first = self.new_set(0)
        size = sum(t.numel() * t.element_size() for t in self.tensors(first))
        with torch.no_grad():
            outputs = self.tensors(self.model(*first))
        size += sum(t.numel() * t.element_size() for t in outputs)
        self.l2_bytes = torch.cuda.get_device_properties(0).L2_cache_size
        count = min(max(3, math.ceil(2 * self.l2_bytes / max(size, 1)) + 2), 64)
        self.sets = [first] + [self.new_set(i) for i in range(1, count)]

    def tensors(self, value):
        """All tensors in a nest of tuples, lists and dictionaries."""
        if isinstance(value, self.torch.Tensor):
            return [value]
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            return [t for v in value for t in self.tensors(v)]
        return []

    def new_set(self, index):
        self.torch.manual_seed(self.seed + index)
        move = lambda v: v.cuda() if isinstance(v, self.torch.Tensor) else v
        return [move(v) for v in self.make_inputs()]

    def draw(self):
        inputs = []
        for text in self.specs:
            name, shape = parse_input(text)
            dtype = getattr(self.torch, name)
            if dtype.is_floating_point:
                inputs.append(self.torch.randn(shape, device="cuda").to(dtype))
            else:
                high = 2 if dtype == self.torch.bool else 9
                inputs.append(self.torch.randint(0, high, shape, device="cuda").to(dtype))
        return inputs

    def read(self):
        import numpy

        return [self.torch.from_numpy(numpy.load(str(s))) for s in self.specs]


class Variant:
    """One way of running a program."""

    def __init__(self, program, name):
        torch = program.torch
        self.program, self.name = program, name
        self.torch = torch
        how, _, graph = name.partition("+")
        model = program.model
        self.call = model
        self.marks_steps = False
        if how == "compile":
            self.call = torch.compile(model, dynamic=False)
        elif how == "max-autotune":
            # Its own graphs would be nested in ours.
            mode = "max-autotune-no-cudagraphs" if graph else "max-autotune"
            self.call = torch.compile(model, dynamic=False, mode=mode)
            self.marks_steps = not graph
        elif how != "eager":
            raise RequestError(
                "bad-request",
                "there is no variant '%s'; there are %s" % (name, ", ".join(VARIANTS)),
            )
        self.count = 0
        self.outputs = None
        self.begin = torch.cuda.Event(enable_timing=True)
        self.end = torch.cuda.Event(enable_timing=True)
        self.flush = torch.empty(2 * program.l2_bytes // 4, dtype=torch.int32, device="cuda")
        self.graphs = None
        self.warm_up()
        if graph:
            self.capture()

    def run(self, index):
        if self.graphs is not None:
            graph, self.outputs = self.graphs[index]
            graph.replay()
            return
        if self.marks_steps:
            self.torch.compiler.cudagraph_mark_step_begin()
        with self.torch.no_grad():
            self.outputs = self.call(*self.program.sets[index])

    def warm_up(self):
        # Compilation, and the runs after which graph trees settle.
        for i in range(4):
            self.run(i % len(self.program.sets))
        self.torch.cuda.synchronize()

    def capture(self):
        # Once more on another stream: libraries allocate per stream, which a
        # capture may not.
        stream = self.torch.cuda.Stream()
        stream.wait_stream(self.torch.cuda.current_stream())
        with self.torch.cuda.stream(stream):
            self.run(0)
        self.torch.cuda.current_stream().wait_stream(stream)
        self.torch.cuda.synchronize()
        graphs = []
        for inputs in self.program.sets:
            graph = self.torch.cuda.CUDAGraph()
            # Each has a pool of its own, and so its own outputs.
            with self.torch.no_grad(), self.torch.cuda.graph(graph, stream=stream):
                outputs = self.call(*inputs)
            graphs.append((graph, outputs))
        self.graphs = graphs

    def sample(self, clock):
        index = self.count % len(self.program.sets)
        self.count += 1
        clock.read(0)
        # Written twice over the size of the L2, with changing values.
        self.flush.fill_(self.count)
        self.begin.record()
        self.run(index)
        self.end.record()
        clock.read(1)
        self.torch.cuda.synchronize()
        return {
            "seconds": self.begin.elapsed_time(self.end) * 1e-3,
            "clock_hz": clock.hertz(),
        }


class Worker:
    def __init__(self):
        self.variants = []
        self.clock = None

    def info(self, request):
        torch = import_torch()
        properties = torch.cuda.get_device_properties(0)
        return {
            "torch": torch.__version__,
            "cuda": torch.version.cuda,
            "device": {
                "name": properties.name,
                "compute_capability": "%d.%d" % (properties.major, properties.minor),
                "multiprocessors": properties.multi_processor_count,
                "l2_bytes": properties.L2_cache_size,
                "memory_bytes": properties.total_memory,
            },
            "flags": self.flags(torch),
        }

    @staticmethod
    def flags(torch):
        return {
            "matmul_allow_tf32": torch.backends.cuda.matmul.allow_tf32,
            "cudnn_allow_tf32": torch.backends.cudnn.allow_tf32,
            "cudnn_benchmark": torch.backends.cudnn.benchmark,
            "deterministic": torch.are_deterministic_algorithms_enabled(),
        }

    def load(self, request):
        path = request.get("program")
        if not isinstance(path, str):
            raise RequestError("bad-request", "lacks 'program', a .pt or .py file")
        if not os.path.exists(path):
            raise RequestError("bad-request", "there is no file '%s'" % path)
        torch = import_torch()
        program = Program(torch, path, request)
        self.clock = self.clock or Clock(torch)
        variants, failures = [], []
        for name in request.get("variants", VARIANTS):
            try:
                self.variants.append(Variant(program, name))
            except RequestError:
                raise
            except Exception as error:  # A variant that fails is no baseline.
                failures.append({"name": name, "message": "%s" % error})
                torch.cuda.synchronize()
                continue
            variants.append({"name": name, "handle": len(self.variants) - 1})
        if not variants:
            raise RequestError(
                "error", "no variant runs: " + "; ".join(f["message"] for f in failures)
            )
        return {
            "variants": variants,
            "failures": failures,
            "sets": len(program.sets),
            "flags": self.flags(torch),
        }

    def variant(self, request):
        handle = request.get("handle")
        if not isinstance(handle, int) or not 0 <= handle < len(self.variants):
            raise RequestError(
                "error", "no program is loaded under the handle %s" % handle
            )
        return self.variants[handle]

    def time(self, request):
        variant = self.variant(request)
        count = int(request.get("samples", 1))
        return {"samples": [variant.sample(self.clock) for _ in range(count)]}

    def run(self, request):
        variant = self.variant(request)
        variant.run(0)
        variant.torch.cuda.synchronize()
        outputs = variant.program.tensors(variant.outputs)
        return {"passed": True, "outputs": [list(t.shape) for t in outputs]}

    def dump(self, request):
        """Inputs, outputs, and (with "reference") outputs computed in fp64."""
        import numpy

        variant = self.variant(request)
        torch, program = variant.torch, variant.program
        folder = request.get("folder")
        if not isinstance(folder, str):
            raise RequestError("bad-request", "lacks 'folder'")
        os.makedirs(folder, exist_ok=True)
        files = []

        def write(name, tensors):
            for i, tensor in enumerate(tensors):
                tensor = tensor.detach().contiguous().cpu()
                if tensor.dtype == torch.bfloat16:
                    tensor = tensor.view(torch.int16)
                    array = tensor.numpy().view(numpy.uint16)
                else:
                    array = tensor.numpy()
                files.append(os.path.join(folder, "%s%d.npy" % (name, i)))
                numpy.save(files[-1], array)

        variant.run(0)
        torch.cuda.synchronize()
        write("input", program.tensors(program.sets[0]))
        write("output", program.tensors(variant.outputs))
        if request.get("reference"):
            import copy

            widen = lambda v: (
                v.double()
                if isinstance(v, torch.Tensor) and v.is_floating_point()
                else v
            )
            model = copy.deepcopy(program.model).double()
            with torch.no_grad():
                outputs = model(*[widen(v) for v in program.sets[0]])
            write("reference", program.tensors(outputs))
        return {"files": files}

    def answer(self, request):
        command = request.get("command")
        if command not in ("info", "load", "time", "run", "dump"):
            raise RequestError("error", "there is no command '%s'" % command)
        return getattr(self, command)(request)


def is_fatal(error):
    """Whether the device is lost after an exception of torch."""
    text = str(error)
    return "CUDA error" in text and "out of memory" not in text


def serve(requests, answers):
    worker = Worker()
    for line in requests:
        if not line.strip():
            continue
        answer = {}
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise ValueError("expected an object")
        except ValueError as error:
            answer = {
                "ok": False,
                "error": {"kind": "bad-request", "message": "not a request: %s" % error},
            }
            request = {}
        if isinstance(request.get("id"), int):
            answer["id"] = request["id"]
        fatal = False
        if request.get("command") == "quit":
            answer["ok"] = True
        elif not answer.get("error"):
            try:
                answer.update(worker.answer(request))
                answer["ok"] = True
            except RequestError as error:
                fatal = error.fatal
                answer["ok"] = False
                answer["error"] = {"kind": error.kind, "message": str(error)}
            except Exception as error:
                traceback.print_exc(file=sys.stderr)
                fatal = is_fatal(error)
                kind = "out-of-memory" if "out of memory" in str(error) else "error"
                answer["ok"] = False
                answer["error"] = {
                    "kind": kind,
                    "message": "%s: %s" % (type(error).__name__, error),
                }
        if fatal:
            answer["error"]["fatal"] = True
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if fatal:
            os._exit(4)
        if request.get("command") == "quit":
            break
    return 0


def main():
    # Only answers belong on the standard output: what torch or a program prints
    # goes to standard error, at the level of the descriptor.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return serve(sys.stdin, answers)


if __name__ == "__main__":
    sys.exit(main())
