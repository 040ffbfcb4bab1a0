# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs launch plans (docs/LaunchPlan.md) on Torch's tensors, in Torch's process.

    plan = Plan.load("matmul.json")
    y, = plan(a, b)

Everything goes to Torch's current stream, so a call can be captured into a CUDA
graph. For runs that must be guarded against faults, hangs and stray writes use
``kernel-opt-run``, which has processes of its own.
"""

import base64
import ctypes
import json
import os

import torch

DTYPES = {
    "f64": torch.float64,
    "f32": torch.float32,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f8E4M3FN": torch.float8_e4m3fn,
    "f8E5M2": torch.float8_e5m2,
    "i64": torch.int64,
    "i32": torch.int32,
    "i16": torch.int16,
    "i8": torch.int8,
    "i1": torch.bool,
}
MAP_ELEMENTS = (
    "u8 u16 u32 i32 u64 i64 f16 f32 f64 bf16 f32_ftz tf32 tf32_ftz".split()
)
MAP_SWIZZLES = {0: 0, 32: 1, 64: 2, 128: 3}
MAP_PROMOTIONS = {0: 0, 64: 1, 128: 2, 256: 3}

# Of the driver's API: enumerators of CUlaunchAttributeID, CUfunction_attribute
# and CUjit_option.
COOPERATIVE, CLUSTER_DIMENSION = 2, 4
MAX_DYNAMIC_SHARED, NON_PORTABLE_CLUSTER = 8, 14
ERROR_LOG, ERROR_LOG_BYTES = 5, 6


class PlanError(Exception):
    """A plan that cannot be loaded or run; says what the driver said."""


class LaunchAttribute(ctypes.Structure):
    _fields_ = [
        ("id", ctypes.c_int),
        ("padding", ctypes.c_char * 4),
        ("value", ctypes.c_uint32 * 16),
    ]


class LaunchConfig(ctypes.Structure):
    _fields_ = [
        ("grid", ctypes.c_uint * 3),
        ("block", ctypes.c_uint * 3),
        ("shared_bytes", ctypes.c_uint),
        ("stream", ctypes.c_void_p),
        ("attributes", ctypes.POINTER(LaunchAttribute)),
        ("attribute_count", ctypes.c_uint),
    ]


class Driver:
    """The CUDA driver, on the context that Torch made current."""

    def __init__(self):
        torch.cuda.current_stream().synchronize()  # makes the context
        try:
            self.library = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise PlanError("cannot load the CUDA driver: %s" % error) from None

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        if status != 0:
            text = ctypes.c_char_p()
            self.library.cuGetErrorString(status, ctypes.byref(text))
            raise PlanError(
                "%s failed: %s" % (name, (text.value or b"unknown error").decode())
            )

    def load(self, name, image):
        log = ctypes.create_string_buffer(8192)
        options = (ctypes.c_int * 2)(ERROR_LOG, ERROR_LOG_BYTES)
        values = (ctypes.c_void_p * 2)(ctypes.addressof(log), len(log))
        module = ctypes.c_void_p()
        try:
            self.call(
                "cuModuleLoadDataEx", ctypes.byref(module), image, 2, options, values
            )
        except PlanError as error:
            raise PlanError(
                "module '%s': %s %s" % (name, error, log.value.decode())
            ) from None
        return module

    def function(self, module, name):
        function = ctypes.c_void_p()
        self.call(
            "cuModuleGetFunction", ctypes.byref(function), module, name.encode()
        )
        return function


def fold(values, fill=1):
    """Three extents of up to three."""
    return tuple(values) + (fill,) * (3 - len(values))


class TensorMap:
    """The 128 bytes of a tiled tensor map, encoded for an address."""

    def __init__(self, driver, spec):
        self.driver, self.spec = driver, spec
        self.memory = ctypes.create_string_buffer(256)
        address = ctypes.addressof(self.memory)
        self.address = (address + 127) // 128 * 128

    def encode(self, address):
        spec = self.spec
        rank = len(spec["dims"])
        self.driver.call(
            "cuTensorMapEncodeTiled",
            ctypes.c_void_p(self.address),
            MAP_ELEMENTS.index(spec["element"]),
            rank,
            ctypes.c_void_p(address + spec.get("offset", 0)),
            (ctypes.c_uint64 * rank)(*spec["dims"]),
            (ctypes.c_uint64 * max(rank - 1, 1))(*spec["strides"]),
            (ctypes.c_uint32 * rank)(*spec["box"]),
            (ctypes.c_uint32 * rank)(*spec.get("element_strides", [1] * rank)),
            0,
            MAP_SWIZZLES[spec.get("swizzle", 0)],
            MAP_PROMOTIONS[spec.get("l2_promotion", 0)],
            int(spec.get("fill", "zero") == "nan"),
        )


class Launch:
    """One kernel with its extents and arguments."""

    def __init__(self, driver, modules, step):
        self.driver = driver
        module = step.get("module", next(iter(modules)))
        self.function = driver.function(modules[module], step["kernel"])
        shared = step.get("shared_bytes", 0)
        if shared > 48 << 10:
            driver.call(
                "cuFuncSetAttribute", self.function, MAX_DYNAMIC_SHARED, shared
            )
        attributes = []
        if "cluster" in step:
            cluster = fold(step["cluster"])
            if cluster[0] * cluster[1] * cluster[2] > 8:
                driver.call(
                    "cuFuncSetAttribute", self.function, NON_PORTABLE_CLUSTER, 1
                )
            attributes.append((CLUSTER_DIMENSION, cluster))
        if step.get("cooperative"):
            attributes.append((COOPERATIVE, (1,)))
        self.attributes = (LaunchAttribute * max(len(attributes), 1))()
        for attribute, (identifier, values) in zip(self.attributes, attributes):
            attribute.id = identifier
            attribute.value[: len(values)] = values
        self.config = LaunchConfig(
            grid=fold(step["grid"]),
            block=fold(step["block"]),
            shared_bytes=shared,
            attributes=self.attributes,
            attribute_count=len(attributes),
        )
        self.arguments = step["arguments"]
        self.maps = [
            TensorMap(driver, a["tensor_map"]) if "tensor_map" in a else None
            for a in self.arguments
        ]

    def bind(self, addresses):
        """Values of the arguments, which the driver copies at each launch."""
        values = []
        for argument, tensor_map in zip(self.arguments, self.maps):
            if tensor_map is not None:
                tensor_map.encode(addresses[argument["tensor_map"]["buffer"]])
                values.append(tensor_map.address)
            elif "buffer" in argument:
                address = addresses[argument["buffer"]] + argument.get("offset", 0)
                values.append(ctypes.c_uint64(address))
            else:
                values.append(scalar(argument["scalar"]))
        self.values = values
        self.parameters = (ctypes.c_void_p * max(len(values), 1))(
            *(v if isinstance(v, int) else ctypes.addressof(v) for v in values)
        )

    def run(self, stream):
        self.config.stream = stream
        self.driver.call(
            "cuLaunchKernelEx",
            ctypes.byref(self.config),
            self.function,
            self.parameters,
            None,
        )


def scalar(spec):
    """The bytes of a number, kept alive by the object that holds them."""
    if "bits" in spec:
        return ctypes.c_uint64(int(spec["bits"]))
    value = torch.tensor([spec["value"]], dtype=DTYPES[spec["type"]])
    return (ctypes.c_uint8 * value.element_size()).from_buffer_copy(
        value.view(torch.uint8).numpy()
    )


class Memory:
    """A fill or a copy of buffers."""

    def __init__(self, driver, step):
        self.driver, self.step = driver, step

    def bind(self, addresses):
        self.addresses = addresses

    def run(self, stream):
        step = self.step
        stream = ctypes.c_void_p(stream)
        if "fill" in step:
            name = step["fill"]
            offset = step.get("offset", 0)
            self.driver.call(
                "cuMemsetD8Async",
                ctypes.c_uint64(self.addresses[name] + offset),
                step.get("value", 0),
                ctypes.c_size_t(step.get("bytes", self.addresses.bytes[name] - offset)),
                stream,
            )
        else:
            self.driver.call(
                "cuMemcpyDtoDAsync_v2",
                ctypes.c_uint64(self.addresses[step["to"]]),
                ctypes.c_uint64(self.addresses[step["copy"]]),
                ctypes.c_size_t(self.addresses.bytes[step["copy"]]),
                stream,
            )


class Addresses(dict):
    """Where buffers are, and in ``bytes`` how long."""

    def __init__(self, tensors):
        super().__init__((name, t.data_ptr()) for name, t in tensors.items())
        self.bytes = {n: t.numel() * t.element_size() for n, t in tensors.items()}


class Plan:
    """A launch plan whose code is on the device.

    Outputs, workspaces and prepared buffers are allocated once, so each call
    overwrites the outputs of the one before.
    """

    def __init__(self, plan, folder="."):
        self.name = plan["name"]
        driver = Driver()
        modules = {}
        for module in plan["modules"]:
            modules[module["name"]] = driver.load(
                module["name"], image_of(module, folder)
            )
        self.buffers = plan["buffers"]
        self.tensors = {}
        for buffer in self.buffers:
            if buffer["role"] != "input":
                self.tensors[buffer["name"]] = allocate(buffer)
        step = lambda s: (Launch if "kernel" in s else Memory)(
            driver, *((modules, s) if "kernel" in s else (s,))
        )
        self.prepare = [step(s) for s in plan.get("prepare", [])]
        self.steps = [step(s) for s in plan["launches"]]
        self.bound = None

    @staticmethod
    def load(path):
        with open(path) as file:
            return Plan(json.load(file), os.path.dirname(path))

    def of_role(self, role):
        return [b for b in self.buffers if b["role"] == role]

    def bind(self, *inputs):
        """Fixes the inputs and runs what depends on parameters alone."""
        specs = self.of_role("input")
        if len(inputs) != len(specs):
            raise PlanError(
                "%s takes %d tensors, found %d" % (self.name, len(specs), len(inputs))
            )
        for spec, tensor in zip(specs, inputs):
            check_input(self.name, spec, tensor)
            self.tensors[spec["name"]] = tensor
        addresses = Addresses(self.tensors)
        for step in self.prepare + self.steps:
            step.bind(addresses)
        stream = torch.cuda.current_stream().cuda_stream
        for step in self.prepare:
            step.run(stream)
        self.bound = [key_of(t) for t in inputs]

    def run(self):
        """The launches, on the current stream; the outputs."""
        stream = torch.cuda.current_stream().cuda_stream
        for step in self.steps:
            step.run(stream)
        return [self.tensors[b["name"]] for b in self.of_role("output")]

    def __call__(self, *inputs):
        if self.bound != [key_of(t) for t in inputs]:
            self.bind(*inputs)
        return self.run()


def key_of(tensor):
    """What must not change for a tensor to be the one that was bound."""
    return (
        tensor.data_ptr(),
        tensor._version,
        tensor.dtype,
        tuple(tensor.shape),
        tuple(tensor.stride()),
    )


def check_input(plan, spec, tensor):
    """Raises PlanError unless the tensor is what the plan's code was made for."""
    name, shape, found = spec["name"], tuple(spec["shape"]), tuple(tensor.shape)
    if tensor.dtype != DTYPES[spec["type"]]:
        raise PlanError(
            "%s, input '%s': expected a tensor of %s, found %s"
            % (plan, name, DTYPES[spec["type"]], tensor.dtype)
        )
    if found != shape:
        text = "%s, input '%s': expected a tensor of shape %s, found %s" % (
            plan,
            name,
            list(shape),
            list(found),
        )
        differ = {d for d, sizes in enumerate(zip(shape, found)) if len(set(sizes)) > 1}
        if len(found) == len(shape) and differ <= set(spec.get("specialized", [])):
            text += (
                "; the program leaves that size open, but the plan is for the one that"
                " it was compiled with: compile it again with --input=%s[%s]"
                % (spec["type"], ",".join(map(str, found)))
            )
        raise PlanError(text)
    if not tensor.is_cuda:
        raise PlanError("%s, input '%s': expected a tensor on the device, found one on %s" % (plan, name, tensor.device))
    alignment = spec.get("alignment", 16)
    if not tensor.is_contiguous() or tensor.data_ptr() % alignment:
        raise PlanError(
            "%s, input '%s': expected a contiguous tensor at a multiple of %d bytes;"
            " x.contiguous().clone() makes one" % (plan, name, alignment)
        )


def image_of(module, folder):
    if "ptx" in module:
        return module["ptx"].encode() + b"\0"
    if "cubin" in module:
        return base64.b64decode(module["cubin"])
    with open(os.path.join(folder, module["file"]), "rb") as file:
        return file.read() + b"\0"


def allocate(buffer):
    dtype, shape = DTYPES[buffer["type"]], buffer["shape"]
    if buffer["role"] != "constant":
        return torch.empty(shape, dtype=dtype, device="cuda")
    if "splat" in buffer:
        return torch.full(shape, buffer["splat"], dtype=dtype, device="cuda")
    data = bytearray(base64.b64decode(buffer["data"]))
    return torch.frombuffer(data, dtype=dtype).reshape(shape).cuda()
