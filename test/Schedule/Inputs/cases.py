# Part of the kernel-opt project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels and ways to cut them, for campaign.py."""

from dataclasses import dataclass, replace


@dataclass
class Case:
    name: str
    inputs: list  # (name, tensor type)
    results: list  # tensor types
    body: str
    options: tuple = ([], [], [], 4)  # block, tile, reduction, warps
    stage: bool = False
    data: str = "integers"
    tolerance: float = 0.0
    may_refuse: bool = False


def tensor(*shape_and_type):
    return "tensor<" + "x".join(str(s) for s in shape_and_type) + ">"


def generic(result, maps, iterators, ins, outs, arguments, lines, types):
    """One linalg.generic; maps as `(i,j)->(i)`, iterators as a string of p/r."""
    names = {"p": '"parallel"', "r": '"reduction"'}
    kinds = ", ".join(names[i] for i in iterators)
    affine = ", ".join(f"affine_map<{m}>" for m in maps)
    some_ins = ""
    if ins:
        values = ", ".join(v for v, _ in ins)
        some_ins = f"ins({values} : {', '.join(t for _, t in ins)}) "
    out_values = ", ".join(v for v, _ in outs)
    out_types = ", ".join(t for _, t in outs)
    block = ", ".join(arguments)
    body = "\n        ".join(lines)
    count = f":{len(outs)}" if len(outs) > 1 else ""
    returned = f"({out_types})" if len(outs) > 1 else out_types
    return f"""    {result}{count} = linalg.generic {{indexing_maps = [{affine}], iterator_types = [{kinds}]}}
      {some_ins}outs({out_values} : {out_types}) {{
      ^bb0({block}):
        {body}
    }} -> {returned}"""


def zero_of(element):
    return "0.0" if element[0] in "fb" else "0"


def fill(name, value, element, type_text):
    return f"""    %c{name} = arith.constant {value} : {element}
    %e{name} = tensor.empty() : {type_text}
    %{name} = linalg.fill ins(%c{name} : {element}) outs(%e{name} : {type_text}) -> {type_text}"""


def lowest(element):
    return {
        "f64": "0xFFF0000000000000",
        "f32": "0xFF800000",
        "f16": "0xFC00",
        "bf16": "0xFF80",
    }.get(element, "-100")


# ---------------------------------------------------------------------------
# Kernels
# ---------------------------------------------------------------------------


def elementwise_1d(n, element, options):
    t = tensor(n, element)
    add = "addf" if element[0] in "fb" else "addi"
    mul = "mulf" if element[0] in "fb" else "muli"
    if element == "i1":
        add, mul = "ori", "andi"
    body = f"    %e = tensor.empty() : {t}\n" + generic(
        "%s", ["(i)->(i)"] * 3, "p", [("%x", t), ("%y", t)], [("%e", t)],
        [f"%a: {element}", f"%b: {element}", f"%o: {element}"],
        [f"%c = arith.{mul} %a, %b : {element}", f"%d = arith.{add} %c, %a : {element}",
         f"linalg.yield %d : {element}"], None,
    ) + f"\n    kopt.yield %s : {t}"
    return Case(f"elementwise_1d/{n}x{element}/{options}", [("x", t), ("y", t)], [t], body, options)


def elementwise_2d(m, n, how, options):
    """Operands of all broadcast kinds, read plainly or transposed."""
    t = tensor(m, n, "f32")
    shapes = {"row": ((n,), "(i,j)->(j)"), "column": ((m,), "(i,j)->(i)"),
              "transposed": ((n, m), "(i,j)->(j,i)"), "scalar": ((), "(i,j)->()"),
              "both": ((m, 1), "(i,j)->(i,0)")}
    shape, read = shapes[how]
    other = tensor(*shape, "f32")
    body = f"    %e = tensor.empty() : {t}\n" + generic(
        "%s", ["(i,j)->(i,j)", read, "(i,j)->(i,j)"], "pp",
        [("%x", t), ("%y", other)], [("%e", t)],
        ["%a: f32", "%b: f32", "%o: f32"],
        ["%c = arith.subf %a, %b : f32", "linalg.yield %c : f32"], None,
    ) + f"\n    kopt.yield %s : {t}"
    return Case(f"elementwise_2d/{how}/{m}x{n}/{options}", [("x", t), ("y", other)], [t], body, options)


def transpose(m, n, element, options):
    t, r = tensor(m, n, element), tensor(n, m, element)
    body = f"""    %e = tensor.empty() : {r}
    %s = linalg.transpose ins(%x : {t}) outs(%e : {r}) permutation = [1, 0]
    kopt.yield %s : {r}"""
    return Case(f"transpose/{m}x{n}x{element}/{options}", [("x", t)], [r], body, options)


def index_values(m, n, options):
    t = tensor(m, n, "i64")
    body = f"    %e = tensor.empty() : {t}\n" + generic(
        "%s", ["(i,j)->(i,j)"] * 2, "pp", [("%x", t)], [("%e", t)],
        ["%a: i64", "%o: i64"],
        ["%i = linalg.index 0 : index", "%j = linalg.index 1 : index",
         "%k = arith.muli %i, %j : index", "%v = arith.index_cast %k : index to i64",
         "%c = arith.addi %a, %v : i64", "linalg.yield %c : i64"], None,
    ) + f"\n    kopt.yield %s : {t}"
    return Case(f"index/{m}x{n}/{options}", [("x", t)], [t], body, options)


def reduction(m, n, axis, kind, element, options):
    """Rows (axis 1), columns (axis 0), or everything (axis 2) of a matrix."""
    t = tensor(m, n, element)
    r, write = {1: (tensor(m, element), "(i,j)->(i)"), 0: (tensor(n, element), "(i,j)->(j)"),
                2: (tensor(element), "(i,j)->()")}[axis]
    its = {1: "pr", 0: "rp", 2: "rr"}[axis]
    is_float = element[0] in "fb"
    op, start = {"sum": ("addf" if is_float else "addi", zero_of(element)),
                 "max": ("maximumf" if is_float else "maxsi", lowest(element)),
                 "any": ("ori", "0"), "all": ("andi", "1"), "prod": ("muli", "1"),
                 "sum_from_3": ("addf" if is_float else "addi", "3.0" if is_float else "3")}[kind]
    body = fill("f", start, element, r) + "\n" + generic(
        "%s", ["(i,j)->(i,j)", write], its, [("%x", t)], [("%f", r)],
        [f"%a: {element}", f"%o: {element}"],
        [f"%c = arith.{op} %a, %o : {element}", f"linalg.yield %c : {element}"], None,
    ) + f"\n    kopt.yield %s : {r}"
    return Case(f"reduction/{kind}/axis{axis}/{m}x{n}x{element}/{options}", [("x", t)], [r], body, options)


def argmax(m, n, axis, options, element="f32", number="i64"):
    t = tensor(m, n, element)
    keep = m if axis == 1 else n
    v, r = tensor(keep, element), tensor(keep, number)
    write = "(i,j)->(i)" if axis == 1 else "(i,j)->(j)"
    its = "pr" if axis == 1 else "rp"
    body = fill("f", lowest(element), element, v) + "\n" + fill("g", "0", number, r) + "\n" + generic(
        "%s", ["(i,j)->(i,j)", write, write], its, [("%x", t)], [("%f", v), ("%g", r)],
        [f"%a: {element}", f"%o: {element}", f"%p: {number}"],
        [f"%i = linalg.index {axis} : index", f"%q = arith.index_cast %i : index to {number}",
         f"%gt = arith.cmpf ogt, %a, %o : {element}", f"%eq = arith.cmpf oeq, %a, %o : {element}",
         f"%lt = arith.cmpi slt, %q, %p : {number}", "%tie = arith.andi %eq, %lt : i1",
         "%take = arith.ori %gt, %tie : i1",
         f"%c = arith.select %take, %a, %o : {element}", f"%d = arith.select %take, %q, %p : {number}",
         f"linalg.yield %c, %d : {element}, {number}"], None,
    ) + f"\n    kopt.yield %s#0, %s#1 : {v}, {r}"
    return Case(f"argmax/axis{axis}/{m}x{n}x{element}x{number}/{options}", [("x", t)], [v, r], body, options)


def softmax(m, n, options, axis=1):
    t = tensor(m, n, "f32")
    keep = "i" if axis == 1 else "j"
    r = tensor(m if axis == 1 else n, "f32")
    its = "pr" if axis == 1 else "rp"
    reduce = lambda name, source, init, op: generic(
        name, ["(i,j)->(i,j)", f"(i,j)->({keep})"], its, [(source, t)], [(init, r)],
        ["%a: f32", "%o: f32"], [f"%c = arith.{op} %a, %o : f32", "linalg.yield %c : f32"], None)
    point = lambda name, left, right, lines: generic(
        name, ["(i,j)->(i,j)", f"(i,j)->({keep})", "(i,j)->(i,j)"], "pp",
        [(left, t), (right, r)], [("%e", t)], ["%a: f32", "%b: f32", "%o: f32"], lines, None)
    body = "\n".join([
        f"    %e = tensor.empty() : {t}",
        fill("f", lowest("f32"), "f32", r), reduce("%m", "%x", "%f", "maximumf"),
        point("%d", "%x", "%m", ["%c = arith.subf %a, %b : f32", "%g = math.exp %c : f32", "linalg.yield %g : f32"]),
        fill("z", "0.0", "f32", r), reduce("%s", "%d", "%z", "addf"),
        point("%y", "%d", "%s", ["%c = arith.divf %a, %b : f32", "linalg.yield %c : f32"]),
        f"    kopt.yield %y : {t}"])
    return Case(f"softmax/axis{axis}/{m}x{n}/{options}", [("x", t)], [t], body, options, data="real", tolerance=1e-5)


def layer_norm(m, n, options):
    """Mean and variance in one reduction of two results."""
    t, r, g = tensor(m, n, "f32"), tensor(m, "f32"), tensor(n, "f32")
    body = "\n".join([
        f"    %e = tensor.empty() : {t}", fill("f", "0.0", "f32", r),
        generic("%s", ["(i,j)->(i,j)", "(i,j)->(i)", "(i,j)->(i)"], "pr", [("%x", t)],
                [("%f", r), ("%f", r)], ["%a: f32", "%o: f32", "%p: f32"],
                ["%q = arith.mulf %a, %a : f32", "%c = arith.addf %a, %o : f32",
                 "%d = arith.addf %q, %p : f32", "linalg.yield %c, %d : f32, f32"], None),
        generic("%y", ["(i,j)->(i,j)", "(i,j)->(i)", "(i,j)->(i)", "(i,j)->(j)", "(i,j)->(i,j)"], "pp",
                [("%x", t), ("%s#0", r), ("%s#1", r), ("%g", g)], [("%e", t)],
                ["%a: f32", "%b: f32", "%v: f32", "%w: f32", "%o: f32"],
                [f"%n = arith.constant {float(n)} : f32", "%eps = arith.constant 1.0e-5 : f32",
                 "%mean = arith.divf %b, %n : f32", "%sq = arith.divf %v, %n : f32",
                 "%mm = arith.mulf %mean, %mean : f32", "%var = arith.subf %sq, %mm : f32",
                 "%ve = arith.addf %var, %eps : f32", "%rs = math.rsqrt %ve : f32",
                 "%d = arith.subf %a, %mean : f32", "%h = arith.mulf %d, %rs : f32",
                 "%i = arith.mulf %h, %w : f32", "linalg.yield %i : f32"], None),
        f"    kopt.yield %y : {t}"])
    return Case(f"layer_norm/{m}x{n}/{options}", [("x", t), ("g", g)], [t], body, options, data="real", tolerance=3e-4)


def pooling(c, h, w, k, stride, dilation, pad, options):
    """Max pooling over windows of a padded image."""
    t = tensor(c, h, w, "f32")
    ph, pw = h + 2 * pad, w + 2 * pad
    oh, ow = ((p - dilation * (k - 1) - 1) // stride + 1 for p in (ph, pw))
    p, r, win = tensor(c, ph, pw, "f32"), tensor(c, oh, ow, "f32"), tensor(k, k, "f32")
    body = f"""    %ninf = arith.constant {lowest("f32")} : f32
    %p = tensor.pad %x low[0, {pad}, {pad}] high[0, {pad}, {pad}] {{
    ^bb0(%i: index, %j: index, %k: index):
      tensor.yield %ninf : f32
    }} : {t} to {p}
    %w = tensor.empty() : {win}
""" + fill("f", lowest("f32"), "f32", r) + "\n" + generic(
        "%s", [f"(c,i,j,a,b)->(c,i*{stride}+a*{dilation},j*{stride}+b*{dilation})",
               "(c,i,j,a,b)->(a,b)", "(c,i,j,a,b)->(c,i,j)"], "ppprr",
        [("%p", p), ("%w", win)], [("%f", r)], ["%a: f32", "%b: f32", "%o: f32"],
        ["%c = arith.maximumf %a, %o : f32", "linalg.yield %c : f32"], None,
    ) + f"\n    kopt.yield %s : {r}"
    return Case(f"pooling/{c}x{h}x{w}/k{k}s{stride}d{dilation}p{pad}/{options}", [("x", t)], [r], body, options)


def pad_1d(n, low, high, options):
    t, r = tensor(n, "f32"), tensor(n + low + high, "f32")
    body = f"""    %one = arith.constant 1.0 : f32
    %s = tensor.pad %x low[{low}] high[{high}] {{
    ^bb0(%i: index):
      tensor.yield %one : f32
    }} : {t} to {r}
    kopt.yield %s : {r}"""
    return Case(f"pad_1d/{n}/{low}-{high}/{options}", [("x", t)], [r], body, options)


def reshape(n, a, b, options):
    """Expand, compute, collapse: heads of attention, groups of a norm."""
    t, x, r = tensor(n, a * b, "f32"), tensor(n, a, b, "f32"), tensor(n * a, b, "f32")
    body = f"""    %h = tensor.expand_shape %x [[0], [1, 2]] output_shape [{n}, {a}, {b}] : {t} into {x}
    %e = tensor.empty() : {x}
""" + generic("%s", ["(i,j,k)->(i,j,k)", "(i,j,k)->(i,j,k)"], "ppp", [("%h", x)], [("%e", x)],
              ["%a: f32", "%o: f32"], ["%c = arith.addf %a, %a : f32", "linalg.yield %c : f32"], None) + f"""
    %q = tensor.collapse_shape %s [[0, 1], [2]] : {x} into {r}
    kopt.yield %q : {r}"""
    return Case(f"reshape/{n}x{a}x{b}/{options}", [("x", t)], [r], body, options)


def shuffle_heads(n, a, b, options):
    """Collapse after a transpose: non-affine reads."""
    t, x, y, r = tensor(n, a * b, "f32"), tensor(n, a, b, "f32"), tensor(a, n, b, "f32"), tensor(a * n * b, "f32")
    body = f"""    %h = tensor.expand_shape %x [[0], [1, 2]] output_shape [{n}, {a}, {b}] : {t} into {x}
    %e = tensor.empty() : {y}
    %s = linalg.transpose ins(%h : {x}) outs(%e : {y}) permutation = [1, 0, 2]
    %q = tensor.collapse_shape %s [[0, 1, 2]] : {y} into {r}
    kopt.yield %q : {r}"""
    return Case(f"shuffle_heads/{n}x{a}x{b}/{options}", [("x", t)], [r], body, options)


def slice_(n, offset, size, stride, options):
    t, r = tensor(4, n, "f32"), tensor(4, size, "f32")
    body = f"""    %h = tensor.extract_slice %x[0, {offset}] [4, {size}] [1, {stride}] : {t} to {r}
    %e = tensor.empty() : {r}
""" + generic("%s", ["(i,j)->(i,j)"] * 2, "pp", [("%h", r)], [("%e", r)], ["%a: f32", "%o: f32"],
              ["%c = math.absf %a : f32", "linalg.yield %c : f32"], None) + f"\n    kopt.yield %s : {r}"
    return Case(f"slice/{n}/{offset}:{size}:{stride}/{options}", [("x", t)], [r], body, options)


def matmul(m, n, k, element, how, options):
    """Products, ragged, with bias and relu, transposed operands, extensions."""
    accumulate = "f32" if element in ("f16", "bf16") else element
    at = tensor(k, m, element) if "at" in how else tensor(m, k, element)
    bt = tensor(n, k, element) if "bt" in how else tensor(k, n, element)
    ct, bias = tensor(m, n, accumulate), tensor(n, accumulate)
    read_a = "(i,j,k)->(k,i)" if "at" in how else "(i,j,k)->(i,k)"
    read_b = "(i,j,k)->(j,k)" if "bt" in how else "(i,j,k)->(k,j)"
    lines, a, b = [], "%a", "%b"
    if accumulate != element:
        lines = [f"%ax = arith.extf %a : {element} to {accumulate}", f"%bx = arith.extf %b : {element} to {accumulate}"]
        a, b = "%ax", "%bx"
    mul, add = ("mulf", "addf") if element[0] in "fb" else ("muli", "addi")
    lines += [f"%p = arith.{mul} {a}, {b} : {accumulate}", f"%s = arith.{add} %o, %p : {accumulate}", f"linalg.yield %s : {accumulate}"]
    body = fill("f", zero_of(accumulate), accumulate, ct) + "\n" + generic(
        "%d", [read_a, read_b, "(i,j,k)->(i,j)"], "ppr", [("%x", at), ("%w", bt)], [("%f", ct)],
        [f"%a: {element}", f"%b: {element}", f"%o: {accumulate}"], lines, None)
    inputs = [("x", at), ("w", bt)]
    result = "%d"
    if "bias" in how:
        inputs.append(("bias", bias))
        body += "\n" + generic(
            "%y", ["(i,j)->(i,j)", "(i,j)->(j)", "(i,j)->(i,j)"], "pp", [("%d", ct), ("%bias", bias)], [("%ef", ct)],
            [f"%a: {accumulate}", f"%b: {accumulate}", f"%o: {accumulate}"],
            [f"%s = arith.addf %a, %b : {accumulate}", f"%r = arith.maximumf %s, %cf : {accumulate}", f"linalg.yield %r : {accumulate}"], None)
        result = "%y"
    body += f"\n    kopt.yield {result} : {ct}"
    return Case(f"matmul/{'-'.join(how) or 'plain'}/{m}x{n}x{k}x{element}/{options}", inputs, [ct], body, options, stage=element[0] in "fb")


def batch_matmul(b, m, n, k, options):
    x, w, y = tensor(b, m, k, "f32"), tensor(b, k, n, "f32"), tensor(b, m, n, "f32")
    body = fill("f", "0.0", "f32", y) + f"""
    %s = linalg.batch_matmul ins(%x, %w : {x}, {w}) outs(%f : {y}) -> {y}
    kopt.yield %s : {y}"""
    return Case(f"batch_matmul/{b}x{m}x{n}x{k}/{options}", [("x", x), ("w", w)], [y], body, options, stage=True)


def convolution(n, c, f, h, k, stride, dilation, pad, options, stage):
    ph = h + 2 * pad
    oh = (ph - dilation * (k - 1) - 1) // stride + 1
    x, p = tensor(n, c, h, h, "f32"), tensor(n, c, ph, ph, "f32")
    w, y = tensor(f, c, k, k, "f32"), tensor(n, f, oh, oh, "f32")
    body = f"""    %zero = arith.constant 0.0 : f32
    %p = tensor.pad %x low[0, 0, {pad}, {pad}] high[0, 0, {pad}, {pad}] {{
    ^bb0(%i: index, %j: index, %k: index, %l: index):
      tensor.yield %zero : f32
    }} : {x} to {p}
""" + fill("f", "0.0", "f32", y) + f"""
    %s = linalg.conv_2d_nchw_fchw {{dilations = dense<{dilation}> : tensor<2xi64>, strides = dense<{stride}> : tensor<2xi64>}}
      ins(%p, %w : {p}, {w}) outs(%f : {y}) -> {y}
    kopt.yield %s : {y}"""
    return Case(f"convolution/{n}x{c}x{f}x{h}/k{k}s{stride}d{dilation}p{pad}/{options}", [("x", x), ("w", w)], [y], body, options, stage=stage)


def two_results(m, n, options):
    t = tensor(m, n, "f32")
    body = f"    %e = tensor.empty() : {t}\n" + generic(
        "%s", ["(i,j)->(i,j)"] * 3, "pp", [("%x", t)], [("%e", t), ("%e", t)],
        ["%a: f32", "%o: f32", "%p: f32"],
        ["%c = arith.addf %a, %a : f32", "%d = arith.mulf %a, %a : f32", "linalg.yield %c, %d : f32, f32"], None,
    ) + f"\n    kopt.yield %s#0, %s#1 : {t}, {t}"
    return Case(f"two_results/{m}x{n}/{options}", [("x", t)], [t, t], body, options)


def nested_reduction(m, n, k, options):
    """A sum over j of (max over k): reductions within a loop of another."""
    t, u, r = tensor(m, n, k, "f32"), tensor(m, n, "f32"), tensor(m, "f32")
    body = fill("f", lowest("f32"), "f32", u) + "\n" + generic(
        "%a", ["(i,j,k)->(i,j,k)", "(i,j,k)->(i,j)"], "ppr", [("%x", t)], [("%f", u)],
        ["%v: f32", "%o: f32"], ["%c = arith.maximumf %v, %o : f32", "linalg.yield %c : f32"], None,
    ) + "\n" + fill("z", "0.0", "f32", r) + "\n" + generic(
        "%s", ["(i,j)->(i,j)", "(i,j)->(i)"], "pr", [("%a", u)], [("%z", r)],
        ["%v: f32", "%o: f32"], ["%c = arith.addf %v, %o : f32", "linalg.yield %c : f32"], None,
    ) + f"\n    kopt.yield %s : {r}"
    return Case(f"nested_reduction/{m}x{n}x{k}/{options}", [("x", t)], [r], body, options)


def mixed_types(n, options):
    """f16 in, i8 mask, i1 compare, f32 out."""
    t, u, r = tensor(n, "f16"), tensor(n, "i8"), tensor(n, "f32")
    body = f"    %e = tensor.empty() : {r}\n" + generic(
        "%s", ["(i)->(i)"] * 3, "p", [("%x", t), ("%y", u)], [("%e", r)],
        ["%a: f16", "%b: i8", "%o: f32"],
        ["%w = arith.extf %a : f16 to f32", "%z = arith.constant 0 : i8",
         "%p = arith.cmpi sgt, %b, %z : i8", "%f = arith.sitofp %b : i8 to f32",
         "%d = arith.select %p, %w, %f : f32", "linalg.yield %d : f32"], None,
    ) + f"\n    kopt.yield %s : {r}"
    return Case(f"mixed_types/{n}/{options}", [("x", t), ("y", u)], [r], body, options)


def attention_scores(m, n, d, options):
    """softmax(q k^T) v: two products and two reductions over one dimension."""
    q, kt, v, s, r, y = (tensor(m, d, "f32"), tensor(n, d, "f32"), tensor(n, d, "f32"),
                         tensor(m, n, "f32"), tensor(m, "f32"), tensor(m, d, "f32"))
    body = "\n".join([
        fill("f", "0.0", "f32", s),
        generic("%s", ["(i,j,k)->(i,k)", "(i,j,k)->(j,k)", "(i,j,k)->(i,j)"], "ppr", [("%q", q), ("%k", kt)], [("%f", s)],
                ["%a: f32", "%b: f32", "%o: f32"], ["%p = arith.mulf %a, %b : f32", "%t = arith.addf %o, %p : f32", "linalg.yield %t : f32"], None),
        fill("g", lowest("f32"), "f32", r),
        generic("%m", ["(i,j)->(i,j)", "(i,j)->(i)"], "pr", [("%s", s)], [("%g", r)], ["%a: f32", "%o: f32"],
                ["%c = arith.maximumf %a, %o : f32", "linalg.yield %c : f32"], None),
        generic("%e", ["(i,j)->(i,j)", "(i,j)->(i)", "(i,j)->(i,j)"], "pp", [("%s", s), ("%m", r)], [("%ef", s)],
                ["%a: f32", "%b: f32", "%o: f32"], ["%c = arith.subf %a, %b : f32", "%x = math.exp %c : f32", "linalg.yield %x : f32"], None),
        fill("z", "0.0", "f32", r),
        generic("%l", ["(i,j)->(i,j)", "(i,j)->(i)"], "pr", [("%e", s)], [("%z", r)], ["%a: f32", "%o: f32"],
                ["%c = arith.addf %a, %o : f32", "linalg.yield %c : f32"], None),
        generic("%p", ["(i,j)->(i,j)", "(i,j)->(i)", "(i,j)->(i,j)"], "pp", [("%e", s), ("%l", r)], [("%ef", s)],
                ["%a: f32", "%b: f32", "%o: f32"], ["%c = arith.divf %a, %b : f32", "linalg.yield %c : f32"], None),
        fill("h", "0.0", "f32", y),
        generic("%y", ["(i,j,k)->(i,k)", "(i,j,k)->(k,j)", "(i,j,k)->(i,j)"], "ppr", [("%p", s), ("%v", v)], [("%h", y)],
                ["%a: f32", "%b: f32", "%o: f32"], ["%c = arith.mulf %a, %b : f32", "%t = arith.addf %o, %c : f32", "linalg.yield %t : f32"], None),
        f"    kopt.yield %y : {y}"])
    return Case(f"attention/{m}x{n}x{d}/{options}", [("q", q), ("k", kt), ("v", v)], [y], body, options, stage=True, data="real", tolerance=1e-4)


def various(kind, m, n, options):
    """Reductions that read or write in unusual ways."""
    t, r, c, x = tensor(m, n, "f32"), tensor(m, "f32"), tensor(n, "f32"), tensor(m, n, 6, "f32")
    inputs, result, cut = [("x", t), ("y", r)], r, (options[0][:1],) + options[1:]
    add = ["%c = arith.addf %o, %a : f32", "linalg.yield %c : f32"]
    if kind == "init":  # the accumulator begins as an input
        body = generic("%s", ["(i,j)->(i,j)", "(i,j)->(i)"], "pr", [("%x", t)], [("%y", r)], ["%a: f32", "%o: f32"], add, None)
    elif kind == "scaled":  # the element is computed within the body
        body = fill("f", "0.0", "f32", r) + "\n" + generic(
            "%s", ["(i,j)->(i,j)", "(i,j)->(i)", "(i,j)->(i)"], "pr", [("%x", t), ("%y", r)], [("%f", r)],
            ["%a: f32", "%b: f32", "%o: f32"],
            ["%d = arith.subf %a, %b : f32", "%q = arith.mulf %d, %d : f32", "%c = arith.addf %q, %o : f32", "linalg.yield %c : f32"], None)
    elif kind == "reads_out":  # a parallel op reads its destination
        inputs, result, cut = [("x", t), ("y", t)], t, options
        body = generic("%s", ["(i,j)->(i,j)", "(i,j)->(i,j)"], "pp", [("%x", t)], [("%y", t)], ["%a: f32", "%o: f32"], add, None)
    elif kind == "middle":  # the reduced dimension is neither first nor last
        inputs, result, cut = [("x", tensor(m, 6, n, "f32"))], t, options
        body = fill("f", "0.0", "f32", t) + "\n" + generic(
            "%s", ["(i,k,j)->(i,k,j)", "(i,k,j)->(i,j)"], "prp", [("%x", inputs[0][1])], [("%f", t)], ["%a: f32", "%o: f32"], add, None)
    elif kind == "pairs":  # two reduced dimensions
        inputs = [("x", x)]
        body = fill("f", "0.0", "f32", r) + "\n" + generic(
            "%s", ["(i,j,k)->(i,j,k)", "(i,j,k)->(i)"], "prr", [("%x", x)], [("%f", r)], ["%a: f32", "%o: f32"], add, None)
    elif kind == "constant":  # scalars from outside and constants inside
        inputs, result, cut = [("x", t)], t, options
        body = f"    %two = arith.constant 2.0 : f32\n    %e = tensor.empty() : {t}\n" + generic(
            "%s", ["(i,j)->(i,j)", "(i,j)->()", "(i,j)->(i,j)"], "pp", [("%x", t), ("%two", "f32")], [("%e", t)], ["%a: f32", "%b: f32", "%o: f32"],
            ["%k = arith.constant 3.0 : f32", "%p = arith.mulf %a, %b : f32", "%q = arith.addf %p, %k : f32", "%c = arith.mulf %q, %two : f32", "linalg.yield %c : f32"], None)
    else:  # "transposed_sum": the sum of columns joined to a transposed read
        inputs, result, cut = [("x", t)], tensor(n, m, "f32"), options
        body = fill("f", "0.0", "f32", c) + "\n" + generic(
            "%u", ["(i,j)->(i,j)", "(i,j)->(j)"], "rp", [("%x", t)], [("%f", c)], ["%a: f32", "%o: f32"], add, None
        ) + f"\n    %e = tensor.empty() : {result}\n" + generic(
            "%s", ["(j,i)->(i,j)", "(j,i)->(j)", "(j,i)->(j,i)"], "pp", [("%x", t), ("%u", c)], [("%e", result)],
            ["%a: f32", "%b: f32", "%o: f32"], ["%c = arith.subf %a, %b : f32", "linalg.yield %c : f32"], None)
    body += f"\n    kopt.yield %s : {result}"
    return Case(f"various/{kind}/{m}x{n}/{cut}", inputs, [result], body, cut)


def several(kind, m, n, options):
    """Several results of one reduction: places of extremes as frontends write
    them, where the order of elements decides ties; two results of one element."""
    t, v, r = tensor(m, n, "f32"), tensor(m, "f32"), tensor(m, "i64")
    compare = {"first_max": "ogt", "last_max": "oge", "first_min": "olt"}.get(kind)
    start = "0x7F800000" if kind == "first_min" else lowest("f32")
    maps = ["(i,j)->(i,j)", "(i,j)->(i)", "(i,j)->(i)"]
    if compare:
        body = fill("f", start, "f32", v) + "\n" + fill("g", "0", "i64", r) + "\n" + generic(
            "%s", maps, "pr", [("%x", t)], [("%f", v), ("%g", r)], ["%a: f32", "%o: f32", "%p: i64"],
            ["%i = linalg.index 1 : index", "%q = arith.index_cast %i : index to i64",
             f"%t = arith.cmpf {compare}, %a, %o : f32", "%c = arith.select %t, %a, %o : f32",
             "%d = arith.select %t, %q, %p : i64", "linalg.yield %c, %d : f32, i64"], None)
    else:
        r = v
        body = fill("f", lowest("f32"), "f32", v) + "\n" + fill("g", "0x7F800000", "f32", v) + "\n" + generic(
            "%s", maps, "pr", [("%x", t)], [("%f", v), ("%g", v)], ["%a: f32", "%o: f32", "%p: f32"],
            ["%c = arith.maximumf %a, %o : f32", "%d = arith.minimumf %a, %p : f32", "linalg.yield %c, %d : f32, f32"], None)
    body += f"\n    kopt.yield %s#0, %s#1 : {v}, {r}"
    return Case(f"several/{kind}/{m}x{n}/{options}", [("x", t)], [v, r], body, options)


def named_op(kind, options):
    """Named structured operations as frontends emit them."""
    one = "dense<1> : tensor<2xi64>"
    two = "dense<2> : tensor<2xi64>"
    x, w, y, name, start, attrs = {
        "depthwise": (tensor(2, 3, 9, 9, "f32"), tensor(3, 3, 3, "f32"), tensor(2, 3, 7, 7, "f32"), "depthwise_conv_2d_nchw_chw", "0.0", (one, one)),
        "pool_max": (tensor(2, 3, 9, 9, "f32"), tensor(3, 3, "f32"), tensor(2, 3, 4, 4, "f32"), "pooling_nchw_max", lowest("f32"), (one, two)),
        "pool_sum": (tensor(2, 3, 9, 9, "f32"), tensor(3, 3, "f32"), tensor(2, 3, 7, 7, "f32"), "pooling_nchw_sum", "0.0", (one, one)),
        "conv_nhwc": (tensor(1, 7, 7, 3, "f32"), tensor(3, 3, 3, 5, "f32"), tensor(1, 3, 3, 5, "f32"), "conv_2d_nhwc_hwcf", "0.0", (two, one)),
        "conv_1d": (tensor(2, 3, 17, "f32"), tensor(5, 3, 3, "f32"), tensor(2, 5, 15, "f32"), "conv_1d_ncw_fcw", "0.0", ("dense<1> : tensor<1xi64>",) * 2),
    }[kind]
    inputs, window = [("x", x), ("w", w)], ""
    if kind.startswith("pool"):
        inputs, window = [("x", x)], f"    %w = tensor.empty() : {w}\n"
    if kind == "conv_1d":
        options = (options[0][:3],) + ([t for t in options[1][:3]],) + options[2:]
    body = window + fill("f", start, "f32", y) + f"""
    %s = linalg.{name} {{dilations = {attrs[0]}, strides = {attrs[1]}}}
      ins(%x, %w : {x}, {w}) outs(%f : {y}) -> {y}
    kopt.yield %s : {y}"""
    return Case(f"named/{kind}/{options}", inputs, [y], body, options, stage="conv" in kind and kind != "depthwise")


# ---------------------------------------------------------------------------
# What is run
# ---------------------------------------------------------------------------

SIZES = [1, 2, 3, 5, 17, 31, 33, 100]


def all_cases():
    found = []
    add = found.append
    for n in SIZES + [128, 1000, 1024]:
        for block, warps in (([0], 1), ([0], 4), ([64], 2), ([512], 4)):
            add(elementwise_1d(n, "f32", (block, [], [], warps)))
        add(elementwise_1d(n, "f32", ([256], [64], [], 2)))
    for element in ("f64", "f16", "bf16", "i64", "i32", "i8", "i1"):
        for n in (1, 7, 33, 1000):
            add(elementwise_1d(n, element, ([512], [], [], 4)))
    for how in ("row", "column", "transposed", "scalar", "both"):
        for m, n in ((1, 1), (3, 5), (17, 33), (64, 64), (100, 31), (2, 1000)):
            for options in (([0, 0], [], [], 4), ([8, 32], [], [], 2), ([16, 32], [4, 16], [], 1)):
                add(elementwise_2d(m, n, how, options))
    for element in ("f32", "f16", "i8", "f64", "i64"):
        for m, n in ((1, 5), (33, 17), (64, 32), (100, 100)):
            add(transpose(m, n, element, ([32, 32], [], [], 4)))
            add(transpose(m, n, element, ([32, 16], [16, 16], [], 1)))
    for m, n in ((3, 5), (1, 33), (31, 17)):
        add(index_values(m, n, ([8, 16], [], [], 2)))
    for axis in (0, 1, 2):
        for kind in ("sum", "max", "sum_from_3"):
            for m, n in ((1, 1), (2, 3), (5, 33), (17, 100), (100, 17), (3, 1000), (33, 1)):
                ranks = {0: [0], 1: [0], 2: []}[axis]
                add(reduction(m, n, axis, kind, "f32", (ranks, [], [], 4)))
                add(reduction(m, n, axis, kind, "f32", ([4] * len(ranks), [], [32], 2)))
                add(reduction(m, n, axis, kind, "f32", ([1] * len(ranks), [], [128], 8)))
                add(reduction(m, n, axis, kind, "f32", ([16] * len(ranks), [2] * len(ranks), [8], 4)))
    for element in ("f64", "f16", "bf16", "i64", "i32", "i8"):
        for axis in (0, 1, 2):
            ranks = [4] if axis < 2 else []
            add(reduction(17, 100, axis, "max", element, (ranks, [], [64], 4)))
            add(reduction(5, 33, axis, "max", element, (ranks, [], [], 2)))
    for axis in (0, 1):
        for m, n in ((1, 1), (5, 33), (33, 5), (17, 1000)):
            for options in (([0], [], [], 4), ([4], [], [32], 2), ([1], [], [256], 8)):
                add(argmax(m, n, axis, options))
    for element, number in (("f16", "i64"), ("bf16", "i32"), ("f64", "i64"), ("f32", "i16"), ("f16", "i8")):
        for axis in (0, 1):
            add(argmax(17, 33, axis, ([4], [], [32], 4), element, number))
    for axis in (0, 1, 2):
        for m, n in ((5, 33), (17, 100)):
            add(reduction(m, n, axis, "any", "i1", ([4] if axis < 2 else [], [], [], 4)))
            add(reduction(m, n, axis, "all", "i1", ([1] if axis < 2 else [], [], [32], 2)))
            add(reduction(m, n, axis, "prod", "i32", ([1] if axis < 2 else [], [], [32], 2)))
    for m, n in ((1, 1), (3, 5), (17, 33), (5, 1000), (64, 100)):
        for options in (([1, 0], [], [], 4), ([4, 0], [], [64], 2), ([2, 0], [2, 32], [32], 1), ([16, 0], [8, 0], [16], 8)):
            add(softmax(m, n, options))
            add(layer_norm(m, n, options))
        add(softmax(m, n, ([0, 8], [], [], 4), axis=0))
        add(softmax(m, n, ([0, 8], [], [8], 4), axis=0))
    for c, h, w in ((1, 5, 5), (3, 8, 17), (2, 31, 33)):
        for k, stride, dilation, pad in ((2, 2, 1, 0), (3, 1, 1, 1), (3, 2, 2, 2), (2, 3, 1, 0)):
            add(pooling(c, h, w, k, stride, dilation, pad, ([1, 4, 16], [], [], 2)))
            add(pooling(c, h, w, k, stride, dilation, pad, ([0, 0, 0], [1, 2, 32], [1], 4)))
    for n, low, high in ((33, 4, 3), (33, 3, 4), (31, 8, 0), (64, 4, 4), (1, 16, 1)):
        for options in (([32], [], [], 1), ([0], [], [], 1), ([64], [16], [], 2)):
            add(pad_1d(n, low, high, options))
    for n, a, b in ((1, 1, 1), (3, 5, 7), (2, 4, 32), (17, 3, 33)):
        for options in (([0, 0], [], [], 4), ([8, 16], [], [], 1)):
            add(reshape(n, a, b, options))
        add(shuffle_heads(n, a, b, ([0], [], [], 4)))
        add(shuffle_heads(n, a, b, ([64], [], [], 2)))
    for n, offset, size, stride in ((100, 4, 64, 1), (100, 3, 33, 1), (100, 1, 33, 3), (64, 63, 1, 1)):
        add(slice_(n, offset, size, stride, ([2, 32], [], [], 1)))
    for how in ([], ["bias"], ["at"], ["bt"], ["at", "bt", "bias"]):
        for m, n, k in ((1, 1, 1), (5, 3, 2), (33, 17, 31), (100, 33, 17), (16, 64, 64), (1, 100, 33), (100, 1, 5)):
            for options in (([32, 32], [], [16], 4), ([64, 16], [], [8], 2), ([32, 64], [16, 32], [4], 1), ([16, 16], [], [], 8)):
                add(matmul(m, n, k, "f32", how, options))
    for element in ("bf16", "f16", "f64", "i32"):
        add(matmul(33, 17, 31, element, [], ([32, 32], [], [16], 4)))
        add(matmul(64, 32, 16, element, ["bt"], ([32, 32], [], [16], 2)))
    for b, m, n, k in ((1, 5, 3, 2), (3, 33, 17, 31)):
        add(batch_matmul(b, m, n, k, ([1, 32, 32], [], [16], 4)))
        add(batch_matmul(b, m, n, k, ([0, 32, 32], [1, 32, 32], [16], 4)))
    for n, c, f, h, k, stride, dilation, pad in ((1, 3, 5, 9, 3, 1, 1, 1), (2, 4, 8, 8, 3, 2, 1, 1), (1, 2, 3, 11, 3, 1, 2, 2), (1, 4, 4, 7, 1, 1, 1, 0)):
        add(convolution(n, c, f, h, k, stride, dilation, pad, ([1, 4, 1, 16], [], [8], 2), True))
        add(convolution(n, c, f, h, k, stride, dilation, pad, ([1, 2, 4, 8], [], [8], 2), False))
        add(convolution(n, c, f, h, k, stride, dilation, pad, ([0, 0, 0, 0], [1, 4, 1, 8], [16], 1), True))
    for kind in ("first_max", "last_max", "first_min", "max_and_min"):
        for m, n in ((5, 33), (17, 100), (3, 64)):
            for options in (([4], [], [16], 2), ([1], [], [], 4), ([0], [], [8], 1)):
                add(several(kind, m, n, options))
    for kind in ("init", "scaled", "reads_out", "middle", "pairs", "constant", "transposed_sum"):
        for m, n in ((3, 5), (17, 33), (4, 64)):
            for options in (([0, 0], [], [], 4), ([4, 8], [], [16], 2), ([1, 16], [], [4], 4)):
                add(various(kind, m, n, options))
    for named in ("depthwise", "pool_max", "pool_sum", "conv_nhwc", "conv_1d"):
        for options in (([1, 4, 4, 4], [], [8], 2), ([0, 0, 0, 0], [1, 2, 2, 16], [], 4)):
            add(named_op(named, options))
    for m, n in ((3, 5), (17, 33)):
        add(two_results(m, n, ([8, 16], [], [], 2)))
    for m, n, k in ((2, 3, 5), (5, 33, 17), (1, 1, 100)):
        for options in (([0], [], [], 4), ([2], [], [8, 4], 2), ([2], [], [8, 16], 8), ([1], [], [1, 32], 1)):
            add(nested_reduction(m, n, k, options))
    for n in (1, 3, 33, 1000):
        add(mixed_types(n, ([256], [], [], 4)))
    for m, n, d in ((16, 32, 16), (17, 33, 8)):
        for options in (([16, 0], [], [], 4), ([16, 0], [], [16], 2)):
            add(attention_scores(m, n, d, options))
    # Each kernel once more by whatever shipped strategy fits it.
    kernels = {}
    for case in found:
        kernels.setdefault(case.name.rpartition("/(")[0], case)
    for name, case in kernels.items():
        add(replace(case, name=name + "/auto", options=None, stage=False))
    return found


def random_cases(count, seed):
    """Kernels of random sizes cut at random."""
    import random

    draw = random.Random(seed)
    size = lambda most=70: draw.choice([1, 2, 3, 4, 7, 8, 16, 31, 32, 33, 64, draw.randint(1, most)])
    power = lambda most=6: 1 << draw.randint(0, most)

    def options(rank, reductions=2):
        tile = [power(5) for _ in range(rank)]
        block = [draw.choice([t, t, 2 * t, 0]) for t in tile]
        steps = [power(7) for _ in range(draw.randint(0, reductions))]
        return block, draw.choice([tile, [0] * rank]), steps, power(3)

    def one():
        axis = draw.randint(0, 2)
        kinds = ["sum", "max", "sum_from_3"]
        element = draw.choice(["f32", "f32", "f16", "bf16", "f64", "i32", "i64", "i8"])
        window = draw.choice([(2, 2, 1, 0), (3, 1, 1, 1), (3, 2, 2, 2), (2, 3, 1, 0), (5, 1, 1, 2)])
        how = draw.choice([[], ["bias"], ["at"], ["bt"], ["at", "bt", "bias"]])
        makers = [
            lambda: elementwise_1d(size(2000), element, options(1)),
            lambda: elementwise_2d(size(), size(), draw.choice(["row", "column", "transposed", "scalar", "both"]), options(2)),
            lambda: transpose(size(), size(), element, options(2)),
            lambda: reduction(size(), size(300), axis, draw.choice(kinds[:2]), draw.choice(["f32", "f64", "i32"]), options(int(axis < 2))),
            lambda: argmax(size(), size(300), axis % 2, options(1)),
            lambda: several(draw.choice(["first_max", "last_max", "first_min", "max_and_min"]), size(), size(300), options(1)),
            lambda: softmax(size(), size(300), options(2), axis % 2),
            lambda: layer_norm(size(), size(300), options(2)),
            lambda: pooling(size(4), draw.randint(6, 20), draw.randint(6, 20), *window, options(3)),
            lambda: pad_1d(size(), draw.randint(0, 9), draw.randint(0, 9), options(1)),
            lambda: reshape(size(9), size(9), size(), options(2)),
            lambda: shuffle_heads(size(9), size(9), size(), options(1)),
            lambda: matmul(size(), size(), size(), "f32", how, options(2, 1)),
            lambda: batch_matmul(size(3), size(), size(), size(), options(3, 1)),
            lambda: convolution(size(3), size(6), size(9), draw.randint(6, 12), *window, options(4, 1), True),
            lambda: nested_reduction(size(6), size(), size(), options(1)),
            lambda: attention_scores(size(), size(), draw.choice([8, 16, 32]), options(2, 3)),
            lambda: various(draw.choice(["init", "scaled", "middle", "pairs", "transposed_sum"]), size(), size(), options(2)),
        ]
        return replace(draw.choice(makers)(), may_refuse=True)

    return [one() for _ in range(count)]
