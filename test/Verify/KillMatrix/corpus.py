"""Kernels that mutants are made of: structured operations on tensors, as text.

Each function gives the body of a kernel; arguments of it are what mutants vary.
"""


class Program:
    """One kernel `@k` with its arguments, result and body."""

    def __init__(self, arguments, result, body):
        self.arguments, self.result, self.body = arguments, result, body

    def kernel(self):
        names = [f"%a{i}" for i in range(len(self.arguments))]
        outer = ", ".join(f"%x{i}: {t}" for i, t in enumerate(self.arguments))
        inner = ", ".join(f"{n} = %x{i} : {t}" for i, (n, t) in enumerate(zip(names, self.arguments)))
        return (
            f"module {{\n  func.func @main({outer}) -> {self.result} {{\n"
            f"    %r = kopt.kernel @k ({inner}) -> ({self.result}) {{\n{self.body}"
            f"      kopt.yield %y : {self.result}\n    }}\n    return %r : {self.result}\n  }}\n}}\n"
        )


def tensor(*shape, element="f32"):
    return "tensor<" + "".join(f"{s}x" for s in shape) + element + ">"


def shape_of(t):
    return [int(s) for s in t[len("tensor<"):-1].split("x")[:-1]]


def fill(name, type, value):
    return (
        f"      %{name}c = arith.constant {value} : f32\n"
        f"      %{name}e = tensor.empty() : {type}\n"
        f"      %{name} = linalg.fill ins(%{name}c : f32) outs(%{name}e : {type}) -> {type}\n"
    )


def generic(name, inputs, output, maps, kinds, lines, value, init=None):
    """`inputs`: pairs of name and type; payload arguments are %p0, %p1, ... and %o."""
    text = ""
    if init is None:
        text = f"      %{name}e = tensor.empty() : {output}\n"
        init = f"{name}e"
    dims = ", ".join("ijkl"[: len(kinds)])
    maps = ", ".join(f"affine_map<({dims}) -> ({m})>" for m in maps)
    kinds = ", ".join('"parallel"' if k == "p" else '"reduction"' for k in kinds)
    payload = "".join(f"        {line}\n" for line in lines)
    arguments = ", ".join([f"%p{i}: f32" for i in range(len(inputs))] + ["%o: f32"])
    return text + (
        f"      %{name} = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}\n"
        f"        ins({', '.join('%' + n for n, _ in inputs)} : {', '.join(t for _, t in inputs)})"
        f" outs(%{init} : {output}) {{\n        ^bb0({arguments}):\n{payload}"
        f"        linalg.yield {value} : f32\n      }} -> {output}\n"
    )


MULTIPLY_ADD = ["%t = arith.mulf %p0, %p1 : f32", "%s = arith.addf %o, %t : f32"]


def matmul(m=40, n=72, k=300, lines=MULTIPLY_ADD, maps=("i, k", "k, j", "i, j"), epilogue=None):
    a, b, c = tensor(m, k), tensor(k, n), tensor(m, n)
    body = fill("z", c, "0.0") + generic(
        "y" if not epilogue else "p", [("a0", a), ("a1", b)], c, maps, "ppr", lines, "%s", "z")
    if epilogue:
        body += generic("y", [("p", c)], c, ["i, j", "i, j"], "pp", epilogue, "%v")
    return Program([a, b], c, body)


def row_sum(rows=20, columns=3000, lines=("%s = arith.addf %o, %p0 : f32",), init="0.0", of="i, j"):
    x, y = tensor(rows, columns), tensor(rows)
    body = fill("z", y, init) + generic("y", [("a0", x)], y, [of, "i"], "pr", lines, "%s", "z")
    return Program([x], y, body)


def cube_sum(n=20, over="k"):
    """Sum over one dimension of a cube: a wrong one has the same type."""
    x, y = tensor(n, n, n), tensor(n, n)
    source = {"k": "i, j, k", "j": "i, k, j", "i": "k, i, j"}[over]
    body = fill("z", y, "0.0") + generic(
        "y", [("a0", x)], y, [source, "i, j"], "ppr", ["%s = arith.addf %o, %p0 : f32"], "%s", "z")
    return Program([x], y, body)


def softmax(rows=6, columns=700, subtract=True, scale=None, scale_after=None, causal=None, square=False):
    if square:
        rows = columns = square
    x, r = tensor(rows, columns), tensor(rows)
    body, source = "", "a0"
    if scale or causal:
        lines, value = [], "%p0"
        if scale:
            lines += [f"%f = arith.constant {scale} : f32", "%u = arith.mulf %p0, %f : f32"]
            value = "%u"
        if causal:
            lines += ["%i = linalg.index 0 : index", "%j = linalg.index 1 : index",
                      f"%m = arith.cmpi {causal}, %j, %i : index",
                      "%inf = arith.constant 0xFF800000 : f32",
                      f"%w = arith.select %m, {value}, %inf : f32"]
            value = "%w"
        body += generic("logits", [("a0", x)], x, ["i, j", "i, j"], "pp", lines, value)
        source = "logits"
    body += fill("l", r, "0xFF800000") + generic(
        "m", [(source, x)], r, ["i, j", "i"], "pr", ["%s = arith.maximumf %o, %p0 : f32"], "%s", "l")
    if subtract:
        body += generic("e", [(source, x), ("m", r)], x, ["i, j", "i", "i, j"], "pp",
                        ["%d = arith.subf %p0, %p1 : f32", "%v = math.exp %d : f32"], "%v")
    else:
        body += generic("e", [(source, x)], x, ["i, j", "i, j"], "pp", ["%v = math.exp %p0 : f32"], "%v")
    body += fill("z", r, "0.0") + generic(
        "n", [("e", x)], r, ["i, j", "i"], "pr", ["%s = arith.addf %o, %p0 : f32"], "%s", "z")
    lines = ["%v = arith.divf %p0, %p1 : f32"]
    value = "%v"
    if scale_after:
        lines += [f"%f = arith.constant {scale_after} : f32", "%w = arith.mulf %v, %f : f32"]
        value = "%w"
    body += generic("y", [("e", x), ("n", r)], x, ["i, j", "i", "i, j"], "pp", lines, value)
    return Program([x], x, body)


def layer_norm(rows=6, columns=512, moments=False, divisor=None, epsilon="1.0e-5", outside=False):
    """(x - mean) * rsqrt(variance + epsilon)"""
    x, r = tensor(rows, columns), tensor(rows)
    n = f"{columns}.0"
    mean = ["%c = arith.constant " + n + " : f32", "%v = arith.divf %p0, %c : f32"]
    body = fill("z", r, "0.0")
    body += generic("t", [("a0", x)], r, ["i, j", "i"], "pr", ["%s = arith.addf %o, %p0 : f32"], "%s", "z")
    body += generic("m", [("t", r)], r, ["i", "i"], "p", mean, "%v")
    if moments:
        body += generic("q", [("a0", x)], r, ["i, j", "i"], "pr",
                        ["%w = arith.mulf %p0, %p0 : f32", "%s = arith.addf %o, %w : f32"], "%s", "z")
        body += generic("v", [("q", r), ("m", r)], r, ["i", "i", "i"], "p",
                        ["%c = arith.constant " + n + " : f32", "%v = arith.divf %p0, %c : f32",
                         "%w = arith.mulf %p1, %p1 : f32", "%d = arith.subf %v, %w : f32"], "%d")
    else:
        body += generic("q", [("a0", x), ("m", r)], r, ["i, j", "i", "i"], "pr",
                        ["%d = arith.subf %p0, %p1 : f32", "%w = arith.mulf %d, %d : f32",
                         "%s = arith.addf %o, %w : f32"], "%s", "z")
        body += generic("v", [("q", r)], r, ["i", "i"], "p",
                        [f"%c = arith.constant {divisor or n} : f32", "%v = arith.divf %p0, %c : f32"], "%v")
    inside = ["%e = arith.constant " + epsilon + " : f32", "%b = arith.addf %p2, %e : f32",
              "%h = math.rsqrt %b : f32"]
    if outside:
        inside = ["%e = arith.constant " + epsilon + " : f32", "%b = math.sqrt %p2 : f32",
                  "%w = arith.addf %b, %e : f32", "%one = arith.constant 1.0 : f32",
                  "%h = arith.divf %one, %w : f32"]
    body += generic("y", [("a0", x), ("m", r), ("v", r)], x, ["i, j", "i", "i", "i, j"], "pp",
                    ["%d = arith.subf %p0, %p1 : f32", *inside, "%g = arith.mulf %d, %h : f32"], "%g")
    return Program([x], x, body)


def elementwise(lines, value="%v", count=1, shape=(30, 70)):
    x = tensor(*shape)
    maps = ["i, j"] * (count + 1)
    body = generic("y", [(f"a{i}", x) for i in range(count)], x, maps, "pp", lines, value)
    return Program([x] * count, x, body)


def add_row(axis="j", n=64):
    """A square matrix plus a vector along one of its axes."""
    x, b = tensor(n, n), tensor(n)
    body = generic("y", [("a0", x), ("a1", b)], x, ["i, j", axis, "i, j"], "pp",
                   ["%v = arith.addf %p0, %p1 : f32"], "%v")
    return Program([x, b], x, body)
