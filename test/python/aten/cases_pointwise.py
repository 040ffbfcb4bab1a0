"""Cases of pointwise ops and activations."""

import math

import torch
import torch.nn.functional as F
from cases import FLOAT, LOW, SPECIAL, attrs, case, f64, ints, rand, randn

X = randn(3, 1, 5) * 2
POSITIVE = rand(3, 7) * 4 + 0.1


def with_special(x):
    return torch.cat([x.reshape(-1), SPECIAL])


def functions():
    any_sign = dict(
        exp=torch.exp, exp2=torch.exp2, expm1=torch.expm1, sin=torch.sin,
        cos=torch.cos, atan=torch.atan, erf=torch.erf, erfc=torch.erfc,
        abs=torch.abs, neg=torch.neg, sign=torch.sign, square=torch.square,
        floor=torch.floor, ceil=torch.ceil, round=torch.round, trunc=torch.trunc,
        reciprocal=torch.reciprocal, isnan=torch.isnan, isinf=torch.isinf,
        logical_not=torch.logical_not,
    )  # fmt: skip
    for name, fn in any_sign.items():
        case(name, [with_special(X)], fn, dtypes=LOW)
    for name in ("tan", "sinh", "cosh"):
        case(name, [X], getattr(torch, name), ulps=64)
    for name in ("log", "log2", "log10", "log1p", "sqrt", "rsqrt"):
        case(name, [with_special(POSITIVE)], getattr(torch, name), dtypes=LOW)
    case("round", [torch.arange(-5, 6).double() / 2], torch.round, name="ties")
    case("exp", [randn(2, 3)], torch.exp, name="dynamic", dynamic=True)
    case("exp", [torch.tensor(1.5).double()], torch.exp, name="scalar")
    whole = ints(-9, 9, (4, 3))
    for name in ("abs", "neg", "sign", "square", "floor", "bitwise_not"):
        case(name, [whole], getattr(torch, name), name="ints", dtypes=(torch.float32,))
    case("sqrt", [ints(0, 9, (4,))], torch.sqrt, name="ints", dtypes=(torch.float32,))
    case("bitwise_not", [whole > 0], torch.bitwise_not, name="bools")


def arithmetic():
    a, b = randn(3, 1, 5), randn(4, 5)
    for op in ("mul", "maximum", "minimum", "atan2"):
        case(op, [a, b], getattr(torch, op), dtypes=LOW)
    case("add", [a, b], torch.add, dtypes=LOW)
    case("sub", [a, b], torch.sub, dtypes=LOW)
    for op, fn in (("add", torch.add), ("sub", torch.sub)):
        for alpha in (0.3, -2.0):
            case(op, [a, b], lambda x, y, f=fn, k=alpha: f(x, y, alpha=k),
                 attrs(alpha=alpha), name="alpha", dtypes=LOW)  # fmt: skip
    # A dynamic size does not broadcast.
    case("add", [randn(4, 5), randn(5)], torch.add, name="dynamic", dynamic=True, dtypes=FLOAT)
    whole, other = ints(-20, 20, (7, 5)), ints(-20, 20, (5,))
    for op in ("add", "sub", "mul", "maximum", "minimum"):
        case(op, [whole, other], getattr(torch, op), name="ints", dtypes=(torch.float32,))
    case("add", [whole, other], lambda x, y: torch.add(x, y, alpha=3),
         attrs(alpha=3.0), name="ints_alpha")  # fmt: skip
    case("add", [whole > 0, whole > 5], torch.add, name="bools")
    case("mul", [whole > 0, whole > 5], torch.mul, name="bools")
    case("mul", [whole, a[0]], torch.mul, name="mixed")
    case("mul", [whole.to(torch.int32), other], torch.mul, name="widths")
    special = SPECIAL.reshape(1, -1).expand(13, -1).contiguous()
    for op in ("maximum", "minimum", "add", "mul"):
        case(op, [special, special.t().contiguous()], getattr(torch, op), name="special")


def division():
    a = torch.cat([randn(50) * 5, torch.tensor([7.0, -7.0, 7.0, -7.0, 0.0, 6.0])])
    b = torch.cat([randn(50), torch.tensor([2.0, 2.0, -2.0, -2.0, 3.0, 0.3])])
    whole, other = ints(-20, 20, (7, 5)), ints(1, 6, (7, 5)) * (ints(0, 2, (7, 5)) * 2 - 1)
    case("div", [a, b], torch.div, dtypes=LOW)
    case("div", [whole, other], torch.div, name="ints", dtypes=(torch.float32,))
    for mode in ("trunc", "floor"):
        text = "rounding_mode = #aten.rounding<%s>" % mode
        fn = lambda x, y, m=mode: torch.div(x, y, rounding_mode=m)
        # The last quotient is whole in f32 but not in fp64.
        case("div", [a[:-1], b[:-1]], fn, text, name=mode, dtypes=FLOAT)
        case("div", [whole, other], fn, text, name=mode + "_ints")
    # The remainder of a quotient that rounds is exact, so compare exactly.
    for op in ("remainder", "fmod"):
        fn = getattr(torch, op)
        case(op, [whole, other], fn, name="ints")
        case(op, [whole.double(), other.double()], fn, dtypes=FLOAT)
        case(op, [a[50:], b[50:-1].repeat(2)[:6]], fn, name="signs", dtypes=FLOAT)


def powers():
    case("pow", [POSITIVE, randn(3, 7)], torch.pow, ulps=64)
    case("pow", [ints(-3, 4, (5, 4)), ints(0, 5, (5, 4))], torch.pow, name="ints")
    case("pow", [torch.tensor([1, -1, 2, -1]), torch.tensor([-1, -1, -3, -2])],
         torch.pow, name="ints_negative")  # fmt: skip
    x = torch.tensor([-2.0, 0.0, 1.0, -1.0, 3.0])
    for exponent in (0.0, 1.0, 2.0, 3.0, -2.0):
        case("pow", [x.double(), torch.tensor(exponent).double()], torch.pow, name="exponent")


def comparisons():
    special = SPECIAL.reshape(1, -1).expand(13, -1).contiguous()
    for op in ("eq", "ne", "lt", "le", "gt", "ge"):
        fn = getattr(torch, op)
        case(op, [special, special.t().contiguous()], fn, dtypes=LOW)
        case(op, [ints(-2, 3, (4, 1)), ints(-2, 3, (5,))], fn, name="ints")
        case(op, [ints(0, 2, (6,)) > 0, ints(0, 2, (6,)) > 0], fn, name="bools")
    for op in ("logical_and", "logical_or", "logical_xor"):
        fn = getattr(torch, op)
        case(op, [special, special.t().contiguous()], fn)
        case(op, [ints(0, 2, (5, 1)) > 0, ints(0, 3, (4,))], fn, name="mixed")
    for op in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        fn = getattr(torch, op)
        case(op, [ints(-9, 9, (5, 1)), ints(-9, 9, (4,))], fn)
        case(op, [ints(0, 2, (6,)) > 0, ints(0, 2, (6,)) > 0], fn, name="bools")


def selection():
    c = ints(0, 2, (4, 1)) > 0
    a, b = randn(4, 5), randn(5)
    case("where", [c, a, b], torch.where, dtypes=LOW)
    case("where", [c, a, torch.tensor(2.0).double()], torch.where, name="scalar")
    mask = ints(0, 2, (4, 5)) > 0
    case("masked_fill", [randn(2, 1, 5), mask, torch.tensor(-1e9).double()],
         lambda x, m, v: x.masked_fill(m, v.item()), dtypes=FLOAT)  # fmt: skip
    x = torch.cat([randn(20) * 3, SPECIAL])
    for low, high in ((-1.0, 2.0), (None, 0.5), (0.25, None), (3.0, 1.0)):
        given = {k: v for k, v in (("min", low), ("max", high)) if v is not None}
        case("clamp", [x], lambda v, a=low, b=high: torch.clamp(v, a, b), attrs(**given),
             dtypes=LOW if low != 0.25 else FLOAT)  # fmt: skip
    case("clamp", [ints(-9, 9, (7,))], lambda v: v.clamp(-2, 3), attrs(min=-2.0, max=3.0), name="ints")
    case("lerp", [randn(9), randn(9), rand(9) * 2 - 0.5], torch.lerp)
    for to, text in ((torch.int32, "i32"), (torch.bool, "i1"), (torch.float64, "f64"),
                     (torch.bfloat16, "bf16"), (torch.float16, "f16")):  # fmt: skip
        # fp64 would round another value, so it stays out of the reference.
        case("to", [randn(40).float().double() * 3], lambda v, t=to: v.float().to(t),
             "dtype = %s" % text, name=text, dtypes=(torch.float32,))  # fmt: skip
    case("to", [SPECIAL], lambda v: v.to(torch.bool), "dtype = i1", name="special")
    case("to", [ints(-5, 5, (6,))], lambda v: v.float(), "dtype = f32", name="from_int")
    case("to", [ints(-5, 5, (6,))], lambda v: v.to(torch.int8), "dtype = i8", name="narrow")
    case("to", [ints(0, 2, (6,)) > 0], lambda v: v.float(), "dtype = f32", name="from_bool")


def activations():
    # Arguments of exp as large as those of SPECIAL lose bits of their own.
    x = torch.cat([randn(60) * 3, SPECIAL])
    plain = dict(
        relu=F.relu, tanh=torch.tanh, sigmoid=torch.sigmoid, silu=F.silu, mish=F.mish,
        softsign=F.softsign, log_sigmoid=F.logsigmoid, hardsigmoid=F.hardsigmoid,
        hardswish=F.hardswish, selu=F.selu,
    )  # fmt: skip
    for name, fn in plain.items():
        # torch has NaN for the silu of -Inf, and so have we.
        case(name, [x], fn, dtypes=LOW)
    case("relu", [ints(-4, 4, (9,))], F.relu, name="ints")
    with_text = [
        ("gelu", F.gelu, ""),
        ("gelu", lambda v: F.gelu(v, approximate="tanh"), "approximate = #aten.gelu<tanh>"),
        ("leaky_relu", lambda v: F.leaky_relu(v, 0.2), attrs(negative_slope=0.2)),
        ("leaky_relu", F.leaky_relu, ""),
        ("elu", F.elu, ""),
        ("elu", lambda v: F.elu(v, 0.7), attrs(alpha=0.7)),
        ("celu", lambda v: F.celu(v, 0.7), attrs(alpha=0.7)),
        ("hardtanh", F.hardtanh, ""),
        ("hardtanh", lambda v: F.hardtanh(v, 0.0, 6.0), attrs(min_val=0.0, max_val=6.0)),
        ("hardshrink", lambda v: F.hardshrink(v, 0.3), attrs(lambd=0.3)),
        ("softshrink", lambda v: F.softshrink(v, 0.3), attrs(lambd=0.3)),
        ("softplus", F.softplus, ""),
        ("softplus", lambda v: F.softplus(v, 2.0, 5.0), attrs(beta=2.0, threshold=5.0)),
        ("threshold", lambda v: F.threshold(v, 0.1, 20.0), attrs(threshold=0.1, value=20.0)),
    ]
    for name, fn, text in with_text:
        special = SPECIAL.clone()
        case(name, [torch.cat([randn(60) * 3, special])], fn, text, dtypes=LOW)
    case("prelu", [randn(2, 4, 3), randn(4)], F.prelu, dtypes=LOW)
    case("prelu", [randn(2, 4, 3), randn(1)], F.prelu, name="single")
    case("glu", [randn(3, 6, 2)], lambda v: F.glu(v, 1), attrs(dim=1), dtypes=LOW)
    case("glu", [randn(3, 6)], F.glu, name="last")


functions()
arithmetic()
division()
powers()
comparisons()
selection()
activations()
