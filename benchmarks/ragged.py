#!/usr/bin/env python3
# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The same programs at shapes that no schedule was made for.

    benchmarks/ragged.py FOLDER

writes them as MLIR; `programs.py` has their originals. A name is that of the
program and the sizes: cumsum-32749x32771.
"""

import os
import sys

MATMUL = (
    "func.func @f(%a: tensor<{m}x{k}x{t}>, %b: tensor<{k}x{n}x{t}>) -> tensor<{m}x{n}x{t}> {{\n"
    "  %y = aten.mm %a, %b : (tensor<{m}x{k}x{t}>, tensor<{k}x{n}x{t}>) -> tensor<{m}x{n}x{t}>\n"
    "{rest}"
    "}}\n"
)


def unary(operation, shape, result=None):
    s, r = tensor(shape), tensor(result or shape)
    return (
        f"func.func @f(%x: {s}) -> {r} {{\n  %y = {operation} : ({s}) -> {r}\n"
        f"  return %y : {r}\n}}\n"
    )


def tensor(shape, dtype="f32"):
    return "tensor<%sx%s>" % ("x".join(map(str, shape)), dtype)


def matmul(m, n, k, dtype="f32"):
    rest = f"  return %y : tensor<{m}x{n}x{dtype}>\n"
    return MATMUL.format(m=m, n=n, k=k, t=dtype, rest=rest)


def triu(n, k):
    r = tensor((n, n))
    rest = f"  %z = aten.triu %y : ({r}) -> {r}\n  return %z : {r}\n"
    return MATMUL.format(m=n, n=n, k=k, t="f32", rest=rest)


def bias_gelu(m, n, k):
    x, w, b, y = map(tensor, ((m, k), (n, k), (n,), (m, n)))
    return (
        f"func.func @f(%x: {x}, %w: {w}, %b: {b}) -> {y} {{\n"
        f"  %h = aten.linear %x, %w, %b : ({x}, {w}, {b}) -> {y}\n"
        f"  %y = aten.gelu %h {{approximate = #aten.gelu<none>}} : ({y}) -> {y}\n"
        f"  return %y : {y}\n}}\n"
    )


def layer_norm(n, c, h, w):
    x, p = tensor((n, c, h, w)), tensor((c, h, w))
    return (
        f"func.func @f(%x: {x}, %w: {p}, %b: {p}) -> {x} {{\n"
        f"  %y = aten.layer_norm %x, %w, %b {{normalized_shape = array<i64: {c}, {h}, {w}>}}\n"
        f"      : ({x}, {p}, {p}) -> {x}\n  return %y : {x}\n}}\n"
    )


def attention(b, h, s, d):
    t = tensor((b, h, s, d), "f16")
    return (
        f"func.func @f(%q: {t}, %k: {t}, %v: {t}) -> {t} {{\n"
        "  %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}\n"
        f"      : ({t}, {t}, {t}) -> {t}\n  return %y : {t}\n}}\n"
    )


def softmax(*shape):
    return unary("aten.softmax %x {dim = -1 : i64}", shape)


def cumsum(*shape):
    return unary("aten.cumsum %x {dim = 1 : i64}", shape)


def max_middle(n, m, c):
    return unary("aten.amax %x {dim = array<i64: 1>}", (n, m, c), (n, c))


def gelu(*shape):
    return unary("aten.gelu %x {approximate = #aten.gelu<none>}", shape)


# Program, what writes it, three shapes.
SHAPES = {
    "matmul": (matmul, (4001, 4103, 4095), (3001, 5003, 2999), (8191, 2047, 6007)),
    "matmul-bf16": (
        lambda *s: matmul(*s, "bf16"),
        (4001, 4104, 4088),
        (3001, 5003, 2999),
        (8191, 2056, 6008),
    ),
    "matmul-bias-gelu": (bias_gelu, (1000, 8111, 8003), (777, 6001, 8192), (2049, 4099, 4100)),
    "softmax": (softmax, (4095, 393215), (1021, 300001), (3001, 262147)),
    "layer-norm": (layer_norm, (15, 63, 255, 257), (9, 60, 252, 250), (31, 33, 300, 200)),
    "max-middle": (max_middle, (127, 4097, 4093), (100, 3001, 5003), (65, 8191, 4094)),
    "cumsum": (cumsum, (32749, 32771), (20001, 50003), (65537, 16382)),
    "gelu": (gelu, (4095, 393215), (1000003, 701), ((1 << 30) - 35,)),
    "attention-f16": (attention, (4, 31, 4095, 128), (3, 32, 3000, 128), (5, 32, 4001, 64)),
    "triu-matmul": (triu, (4095, 4097), (3001, 5003), (5003, 3001)),
}


def named():
    """(name, program's name, sizes, text) of each."""
    for base, (write, *shapes) in SHAPES.items():
        for shape in shapes:
            yield f"{base}-{'x'.join(map(str, shape))}", base, shape, write(*shape)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, _, _, text in named():
        with open(os.path.join(folder, name + ".mlir"), "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
