"""Runs aten ops through the lowering to linalg on the CPU and compares with torch.

A case names an op, its inputs and the torch function that it must equal. All
cases of one batch become functions of one module: kernel-opt lowers it to
LLVM, llc compiles it, and ctypes calls each function on torch's own memory.
The reference is torch in fp64 on the same (rounded) inputs.
"""

import ctypes
import dataclasses
import os
import subprocess
import tempfile

import torch

TYPES = {
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.float32: "f32",
    torch.float64: "f64",
    torch.bool: "i1",
    torch.int8: "i8",
    torch.int16: "i16",
    torch.int32: "i32",
    torch.int64: "i64",
}
# Unit roundoff.
UNIT = {
    torch.float16: 2.0**-11,
    torch.bfloat16: 2.0**-8,
    torch.float32: 2.0**-24,
    torch.float64: 2.0**-53,
}

PIPELINE = [
    "--convert-aten-to-linalg",
    "--one-shot-bufferize=bufferize-function-boundaries"
    " function-boundary-type-conversion=identity-layout-map",
    "--convert-linalg-to-loops",
    "--expand-strided-metadata",
    "--lower-affine",
    "--convert-scf-to-cf",
    "--arith-expand=include-bf16=true",
    "--convert-math-to-funcs",
    "--convert-math-to-llvm",
    "--convert-math-to-libm",
    "--convert-arith-to-llvm",
    "--finalize-memref-to-llvm",
    "--convert-func-to-llvm",
    "--convert-cf-to-llvm",
    "--convert-index-to-llvm",
    "--reconcile-unrealized-casts",
]


@dataclasses.dataclass
class Case:
    """One op on one set of inputs.

    inputs:  tensors; floating-point ones are converted to each of `dtypes`.
    attrs:   attribute dictionary as MLIR text, without braces.
    fn:      what torch computes of the inputs; one tensor or several.
    dynamic: whether every size of the operands is written as `?`.
    ulps:    bound of the error in units in the last place of the result plus
             the same of its greatest magnitude, `scale` if given.
    """

    name: str
    op: str
    inputs: list
    fn: object
    attrs: str = ""
    dtypes: tuple = (torch.float32, torch.float64)
    dynamic: bool = False
    ulps: float = 16
    scale: float = 0.0
    # Filled in by `prepare`.
    dtype: torch.dtype = None
    shown: list = None


def mlir_type(tensor, dynamic=False):
    sizes = ["?" if dynamic else str(size) for size in tensor.shape]
    return "tensor<%s>" % "x".join(sizes + [TYPES[tensor.dtype]])


def as_tuple(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def prepare(case, dtype):
    """A copy of `case` with its inputs in `dtype`."""
    inputs = [
        x.to(dtype) if x.is_floating_point() else x.clone() for x in case.inputs
    ]
    name = "%s_%s" % (case.name, TYPES[dtype])
    shown = [x.contiguous() for x in as_tuple(case.fn(*inputs))]
    return dataclasses.replace(
        case, name=name, inputs=[x.contiguous() for x in inputs], dtype=dtype, shown=shown
    )


def function_text(case):
    """The MLIR function that holds the op of a prepared case."""
    types = [mlir_type(x, case.dynamic) for x in case.inputs]
    results = [mlir_type(x) for x in case.shown]
    # torch's memory must not become the memory of a result.
    args = ", ".join(
        "%%a%d: %s {bufferization.writable = false}" % pair
        for pair in enumerate(types)
    )
    names = ["%%r%d" % index for index in range(len(results))]
    operands = ", ".join("%%a%d" % index for index in range(len(types)))
    return (
        "func.func @%s(%s) -> (%s) attributes {llvm.emit_c_interface} {\n"
        "  %s = aten.%s %s {%s} : (%s) -> (%s)\n"
        "  return %s : %s\n}\n"
        % (
            case.name,
            args,
            ", ".join(results),
            ", ".join(names),
            case.op,
            operands,
            case.attrs,
            ", ".join(types),
            ", ".join(results),
            ", ".join(names),
            ", ".join(results),
        )
    )


class Tools:
    """Where the programs are: two paths, and LLVM's folder."""

    def __init__(self, kernel_opt, llvm, cc="cc", level="-O1"):
        self.kernel_opt = kernel_opt
        self.llvm = llvm
        self.cc = cc
        self.level = level

    def run(self, command, text):
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError("%s\n%s" % (" ".join(command), done.stderr[:4000]))
        return done.stdout

    def compile(self, text, folder):
        """Compiles a module to a shared object and loads it."""
        lowered = self.run([self.kernel_opt] + PIPELINE, text)
        # Constants keep attributes of ours, which mean nothing from here on.
        llvm_ir = self.run(
            [
                os.path.join(self.llvm, "bin", "mlir-translate"),
                "--mlir-to-llvmir",
                "--allow-unregistered-dialect",
            ],
            lowered,
        )
        obj, lib = (os.path.join(folder, name) for name in ("m.o", "m.so"))
        self.run(
            [
                os.path.join(self.llvm, "bin", "llc"),
                self.level,
                "-mattr=+f16c",
                "-relocation-model=pic",
                "-filetype=obj",
                "-o",
                obj,
            ],
            llvm_ir,
        )
        libs = os.path.join(self.llvm, "lib")
        self.run(
            [self.cc, "-shared", "-o", lib, obj, "-L" + libs, "-lmlir_c_runner_utils"]
            + ["-Wl,-rpath," + libs, "-lm"],
            "",
        )
        return ctypes.CDLL(lib)


def descriptor_type(rank):
    """The C struct that MLIR passes a memref of this rank as."""
    fields = [
        ("allocated", ctypes.c_void_p),
        ("aligned", ctypes.c_void_p),
        ("offset", ctypes.c_int64),
    ]
    if rank:
        fields += [("sizes", ctypes.c_int64 * rank), ("strides", ctypes.c_int64 * rank)]
    return type("Memref%d" % rank, (ctypes.Structure,), {"_fields_": fields})


def descriptor(tensor):
    result = descriptor_type(tensor.dim())()
    result.allocated = result.aligned = tensor.data_ptr()
    for dim, (size, stride) in enumerate(zip(tensor.shape, tensor.stride())):
        result.sizes[dim], result.strides[dim] = size, stride
    return result


def to_tensor(memref, rank, dtype):
    """A copy of the memref as a tensor."""
    sizes = list(memref.sizes) if rank else []
    strides = list(memref.strides) if rank else []
    count = 1 + sum((n - 1) * s for n, s in zip(sizes, strides))
    if 0 in sizes:
        return torch.empty(sizes, dtype=dtype)
    size = torch.empty(0, dtype=dtype).element_size()
    data = ctypes.string_at(memref.aligned + memref.offset * size, count * size)
    flat = torch.frombuffer(bytearray(data), dtype=dtype)
    return flat.as_strided(sizes, strides).clone()


def call(lib, case):
    """The results of a prepared case."""
    ranks = [x.dim() for x in case.shown]
    struct = type(
        "Results",
        (ctypes.Structure,),
        {"_fields_": [("r%d" % i, descriptor_type(r)) for i, r in enumerate(ranks)]},
    )
    results = struct()
    args = [descriptor(x) for x in case.inputs]
    function = getattr(lib, "_mlir_ciface_" + case.name)
    function.restype = None
    function(ctypes.byref(results), *[ctypes.byref(arg) for arg in args])
    return [
        to_tensor(getattr(results, "r%d" % i), rank, x.dtype)
        for i, (rank, x) in enumerate(zip(ranks, case.shown))
    ]


def bound(case, dtype, reference):
    """The largest error that each element may have."""
    # Sums are computed in f32 at least, and f16 and bf16 round once.
    work = UNIT[torch.float64 if dtype == torch.float64 else torch.float32]
    finite = reference[reference.isfinite()].abs()
    scale = max(case.scale, finite.max().item() if finite.numel() else 0.0)
    error = case.ulps * work * (reference.abs() + scale)
    if UNIT[dtype] > work:
        # Half a unit of the result, which has a least exponent.
        tiny = 2.0**-24 if dtype == torch.float16 else 2.0**-133
        error = error + UNIT[dtype] * reference.abs() * 1.001 + tiny / 2
    return error


def difference(case, got, want):
    """Why `got` is not what fp64 gives, or an empty string."""
    if list(got.shape) != list(want.shape):
        return "shape %s, expected %s" % (list(got.shape), list(want.shape))
    if not got.is_floating_point():
        wrong = got != want.to(got.dtype)
    else:
        exact = got.to(torch.float64)
        want = want.to(torch.float64)
        # A value beyond the range of the type is infinite there.
        limit = torch.finfo(got.dtype).max
        same = (exact == want) | (exact.isnan() & want.isnan())
        same |= exact.isinf() & (want.abs() > limit) & (exact.sign() == want.sign())
        wrong = ~(same | ((exact - want).abs() <= bound(case, got.dtype, want)))
    if not wrong.any():
        return ""
    at = tuple(int(i) for i in wrong.nonzero()[0])
    return "%d of %d wrong, first at %s: found %r, expected %r" % (
        int(wrong.sum()),
        wrong.numel(),
        at,
        got[at].item(),
        want[at].item(),
    )


def check(case, results):
    """Messages about the results of a prepared case."""
    wide = [
        x.to(torch.float64) if x.is_floating_point() else x.clone()
        for x in case.inputs
    ]
    want = as_tuple(case.fn(*wide))
    messages = []
    for index, (got, ref) in enumerate(zip(results, want)):
        why = difference(case, got, ref)
        if why:
            messages.append("%s: result %d: %s" % (case.name, index, why))
    return messages


def run_batch(tools, cases, where):
    """Messages about everything in a batch of prepared cases that is wrong."""
    text = "\n".join(function_text(case) for case in cases)
    folder = tempfile.mkdtemp(dir=where)
    try:
        lib = tools.compile(text, folder)
    except RuntimeError as error:
        if len(cases) == 1:
            return ["%s: does not compile: %s" % (cases[0].name, error)]
        # Finds out which ones, since one bad function spoils a module.
        half = len(cases) // 2
        return run_batch(tools, cases[:half], where) + run_batch(
            tools, cases[half:], where
        )
    messages = []
    for case in cases:
        messages += check(case, call(lib, case))
    return messages
