# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The Torch originals of the programs that are timed.

Each has the name of a plan, functions that draw its inputs and run it, and what
its outputs' errors are measured against: the magnitude of the sums (|A||B|) for
contractions, else the magnitude of the output.
"""

from dataclasses import dataclass, replace
from typing import Callable, Optional

import torch
import torch.nn.functional as F

import ragged

f32, f16, bf16 = torch.float32, torch.float16, torch.bfloat16


@dataclass
class Input:
    shape: tuple
    dtype: torch.dtype = f32
    factor: float = 1.0  # keeps weights' products in range


@dataclass
class Program:
    name: str
    inputs: list
    function: Callable
    # |A||B| in fp64; None: magnitudes of the output.
    scale: Optional[Callable] = None
    # Inputs that are cut along their first dimension for an fp64 reference of
    # part of the output; empty: only the whole can be computed.
    rows: tuple = (0,)


def _linear_scale(x, w, b):
    return F.linear(x.abs(), w.abs(), b.abs())


def _mlp(x, g, h, w1, b1, w2, b2):
    n = F.layer_norm(x, (x.shape[-1],), g, h)
    return x + F.linear(F.gelu(F.linear(n, w1, b1)), w2, b2)


def _matmul(name, m, n, k, dtype=f32):
    return Program(
        name,
        [Input((m, k), dtype), Input((k, n), dtype)],
        lambda a, b: a @ b,
        lambda a, b: a.abs() @ b.abs(),
    )


def _silu_chain(x):
    s = F.silu(x)
    return s * torch.tanh(s)


EXAMPLES = [
    _matmul("matmul", 4096, 4096, 4096),
    _matmul("matmul-ragged", 1000, 1500, 777),
    Program(
        "batched-matmul",
        [Input((128, 512, 1024)), Input((128, 1024, 2048))],
        torch.bmm,
        lambda a, b: torch.bmm(a.abs(), b.abs()),
        rows=(0, 1),
    ),
    Program(
        "matvec",
        [Input((2048, 1048576)), Input((1048576,))],
        lambda a, x: a @ x,
        lambda a, x: a.abs() @ x.abs(),
    ),
    _matmul("matmul-bf16", 4096, 4096, 4096, bf16),
    Program(
        "matmul-bias-gelu",
        [Input((1024, 8192)), Input((8192, 8192), factor=0.01), Input((8192,))],
        lambda x, w, b: F.gelu(F.linear(x, w, b)),
        _linear_scale,
    ),
    Program("softmax", [Input((4096, 393216))], lambda x: torch.softmax(x, -1)),
    Program(
        "layer-norm",
        [Input((16, 64, 256, 256)), Input((64, 256, 256)), Input((64, 256, 256))],
        lambda x, w, b: F.layer_norm(x, w.shape, w, b),
    ),
    Program(
        "group-norm",
        [Input((112, 64, 512, 512)), Input((64,)), Input((64,))],
        lambda x, w, b: F.group_norm(x, 8, w, b),
    ),
    Program(
        "rms-norm",
        [Input((8192, 8192)), Input((8192,))],
        lambda x, w: F.rms_norm(x, w.shape, w),
    ),
    Program("silu-chain", [Input((4096, 393216))], _silu_chain),
    Program(
        "mean-max-middle",
        [Input((128, 4096, 4095))],
        lambda x: (x.mean(1), x.amax(1)),
    ),
    Program("argmax", [Input((128, 4096, 4095))], lambda x: x.argmax(1)),
    Program("cumsum", [Input((32768, 32768))], lambda x: x.cumsum(1)),
    Program(
        "conv-bias-relu",
        [Input((16, 64, 128, 128)), Input((128, 64, 3, 3), factor=0.1), Input((128,))],
        lambda x, w, b: F.relu(F.conv2d(x, w, b, padding=1)),
        lambda x, w, b: F.conv2d(x.abs(), w.abs(), b.abs(), padding=1),
    ),
    Program(
        "depthwise-conv",
        [Input((16, 64, 512, 512)), Input((64, 1, 3, 3))],
        lambda x, w: F.conv2d(x, w, padding=1, groups=64),
        lambda x, w: F.conv2d(x.abs(), w.abs(), padding=1, groups=64),
    ),
    Program(
        "transposed-conv",
        [Input((16, 32, 64, 128)), Input((32, 64, 3, 3))],
        lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1),
        lambda x, w: F.conv_transpose2d(x.abs(), w.abs(), stride=2, padding=1),
    ),
    Program(
        "max-pool", [Input((32, 64, 512, 512))], lambda x: F.max_pool2d(x, 4, 1, 1)
    ),
    Program(
        "attention",
        [Input((4, 32, 4096, 128))] * 3,
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        rows=(0, 1, 2),
    ),
    Program(
        "mlp-block",
        [
            Input((2048, 1024)),
            Input((1024,)),
            Input((1024,)),
            Input((4096, 1024), factor=0.03),
            Input((4096,)),
            Input((1024, 4096), factor=0.03),
            Input((1024,)),
        ],
        _mlp,
    ),
]

HOPPER = [
    _matmul("matmul-8192", 8192, 8192, 8192),
    _matmul("matmul-8205x2949x5921", 8205, 2949, 5921),
    Program(
        "matmul-transposed",
        [Input((4096, 2048)), Input((4096, 8192))],
        lambda a, b: a.T @ b,
        lambda a, b: a.T.abs() @ b.abs(),
        rows=(),
    ),
    _matmul("matmul-bf16-8192", 8192, 8192, 8192, bf16),
    Program("max-middle", [Input((128, 4096, 4095))], lambda x: x.amax(1)),
    Program("gelu", [Input((4096, 393216))], F.gelu),
    Program("gelu-ragged", [Input(((1 << 29) + 77,))], F.gelu),
    Program(
        "attention-f16",
        [Input((4, 32, 4096, 128), f16)] * 3,
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        rows=(0, 1, 2),
    ),
    Program(
        "triu-matmul",
        [Input((4096, 4096)), Input((4096, 4096))],
        lambda a, b: torch.triu(a @ b),
        lambda a, b: a.abs() @ b.abs(),
        rows=(),
    ),
    Program("softmax-8192", [Input((4096, 8192))], lambda x: torch.softmax(x, -1)),
]

PROGRAMS = {p.name: p for p in EXAMPLES + HOPPER}


def _at(name, base, sizes):
    """A program with inputs of other sizes."""
    program = PROGRAMS[base]
    if base.startswith(("matmul", "triu")):
        m, n, k = sizes if len(sizes) == 3 else (sizes[0], *sizes)
        shapes = [(m, k), (k, n)]
        if base == "matmul-bias-gelu":
            shapes = [(m, k), (n, k), (n,)]
    else:
        shapes = [sizes] + [sizes[1:] if base == "layer-norm" else sizes] * 2
    inputs = [replace(i, shape=tuple(s)) for i, s in zip(program.inputs, shapes)]
    return replace(program, name=name, inputs=inputs)


for _name, _base, _sizes, _ in ragged.named():
    PROGRAMS[_name] = _at(_name, _base, _sizes)
