"""Programs of one operation or few, for every operation that models need."""

import torch
import torch.nn.functional as F
from importing import Program

F32, F64, F16, BF16 = torch.float32, torch.float64, torch.float16, torch.bfloat16
FLOAT = (F32, F64)
LOW = (F32, F64, BF16, F16)
ONCE = (F32,)

CASES = []
_names = {}
_generator = torch.Generator().manual_seed(7)


class Function(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def case(name, function, *inputs, **rest):
    _names[name] = _names.get(name, 0) + 1
    unique = "%s_%d" % (name, _names[name])
    CASES.append(Program(unique, Function(function), list(inputs), **rest))


def module(name, own, *inputs, how="trace", **rest):
    _names[name] = _names.get(name, 0) + 1
    CASES.append(Program("%s_%d" % (name, _names[name]), own, list(inputs), how, **rest))


def randn(*sizes):
    return torch.randn(*sizes, generator=_generator, dtype=F64)


def rand(*sizes):
    return torch.rand(*sizes, generator=_generator, dtype=F64) * 0.9 + 0.05


def ints(high, *sizes):
    return torch.randint(0, high, sizes, generator=_generator)


def pointwise():
    x, y = randn(4, 7), randn(4, 7)
    for f in (torch.exp, torch.expm1, torch.sin, torch.cos, torch.atan, torch.sinh, torch.cosh,
              torch.erf, torch.erfc, torch.abs, torch.neg, torch.sign, torch.square, torch.floor,
              torch.ceil, torch.round, torch.trunc, torch.tanh, torch.sigmoid, torch.relu,
              torch.isnan, torch.isinf, torch.isfinite, torch.logical_not, torch.exp2, torch.tan,
              F.silu, F.mish, F.softsign, F.logsigmoid, F.hardsigmoid, F.hardswish, F.selu,
              F.relu6, F.elu, F.celu, F.hardtanh, F.hardshrink, F.softshrink, F.softplus,
              F.leaky_relu, F.gelu, F.tanhshrink, F.rrelu, torch.positive):  # fmt: skip
        case(f.__name__, f, x, dtypes=LOW if f in (torch.relu, torch.tanh, F.gelu) else FLOAT)
    for f in (torch.log, torch.log2, torch.log10, torch.log1p, torch.sqrt, torch.rsqrt,
              torch.reciprocal):  # fmt: skip
        case(f.__name__, f, rand(5, 3))
    for f in (torch.add, torch.sub, torch.mul, torch.div, torch.maximum, torch.minimum,
              torch.atan2, torch.eq, torch.ne, torch.lt, torch.le, torch.gt, torch.ge,
              torch.floor_divide, torch.remainder, torch.fmod):  # fmt: skip
        case(f.__name__, f, x, y)
        case(f.__name__, f, x, randn(7))
        case(f.__name__, f, randn(1, 4, 1), x)
    case("add", lambda a, b: torch.add(a, b, alpha=2), x, y)
    case("sub", lambda a, b: torch.sub(a, b, alpha=0.5), x, y)
    case("rsub", lambda a: 1 - a, x, dtypes=LOW)
    case("rsub", lambda a: torch.rsub(a, 2, alpha=3), x)
    for mode in ("floor", "trunc", None):
        case("div", lambda a, b, m=mode: torch.div(a, b, rounding_mode=m), x, y)
        case("div", lambda a, b, m=mode: torch.div(a, b, rounding_mode=m), ints(50, 6), ints(5, 6) + 1)
    # Numbers beside tensors, and the types that come of them.
    for f in (lambda a: a * 0.1, lambda a: a + 1, lambda a: 2 / a, lambda a: a - 0.3,
              lambda a: a > 0.5, lambda a: a**3, lambda a: a**2, lambda a: 2**a):  # fmt: skip
        case("scalar", f, rand(3, 5), dtypes=LOW)
    for f in (lambda a: a * 2, lambda a: a + 0.5, lambda a: a / 2, lambda a: a // 3, lambda a: a % 3,
              lambda a: a == 2, lambda a: a > 1.5, lambda a: -a, lambda a: a**2):  # fmt: skip
        case("scalar_int", f, ints(9, 4, 3), dtypes=ONCE)
    case("scalar_bool", lambda a: a * 2.5, ints(2, 5).bool(), dtypes=ONCE)
    case("scalar_bool", lambda a: (a & ~a) | (a ^ ~a), ints(2, 5).bool(), dtypes=ONCE)
    case("mixed", lambda a, b: a + b, x, ints(5, 7))
    case("mixed", lambda a, b: a.to(torch.float64) * b, x, y, dtypes=ONCE)
    case("mixed", lambda a: a.sum() * 2 + a.mean(), x)
    case("pow", torch.pow, rand(3, 4), randn(4))
    case("bitwise", lambda a, b: (a & b) + (a | b) + (a ^ b) + torch.bitwise_not(a), ints(16, 5), ints(16, 5))
    case("logical", lambda a, b: torch.logical_and(a > 0, b > 0) | torch.logical_xor(a > 0, b > 0), x, y)
    case("where", torch.where, x > 0, x, y)
    case("where", lambda a: torch.where(a > 0, a, 0.0), x)
    case("where", lambda a: torch.where(a > 0, 1.0, -1.0), x)
    case("masked_fill", lambda a, m: a.masked_fill(m, float("-inf")), x, y > 0, dtypes=LOW)
    case("masked_fill", lambda a: a.masked_fill(a < 0, 0), x)
    case("clamp", lambda a: a.clamp(-0.5, 0.7), x, dtypes=LOW)
    case("clamp", lambda a: a.clamp(min=0.1), x)
    case("clamp", lambda a: a.clamp(2, 5), ints(9, 8), dtypes=ONCE)
    case("clamp_min", lambda a: torch.clamp_min(a, 0.2), x)
    case("clamp_max", lambda a: torch.clamp_max(a, 0.2), x)
    case("clamp", lambda a, b: torch.clamp(a, min=b), x, y)
    case("lerp", torch.lerp, x, y, rand(7))
    case("lerp", lambda a, b: torch.lerp(a, b, 0.3), x, y)
    case("addcmul", lambda a, b, c: torch.addcmul(a, b, c, value=0.5), x, y, randn(7))
    case("addcdiv", lambda a, b, c: torch.addcdiv(a, b, c, value=0.5), x, y, rand(7))
    case("gelu", lambda a: F.gelu(a, approximate="tanh"), x)
    case("elu", lambda a: F.elu(a, 0.7), x)
    case("softplus", lambda a: F.softplus(a, 2.0, 1.0), x)
    case("hardtanh", lambda a: F.hardtanh(a, 0.0, 6.0), x)
    case("leaky_relu", lambda a: F.leaky_relu(a, 0.3), x)
    case("threshold", lambda a: F.threshold(a, 0.1, 20.0), x)
    case("prelu", F.prelu, randn(2, 3, 4), rand(3))
    case("glu", lambda a: F.glu(a, 1), randn(3, 8, 2))
    case("to", lambda a: a.to(torch.int64), x * 3)
    case("to", lambda a: a.float().half().double(), x, dtypes=ONCE)
    case("to", lambda a: a.bool(), ints(2, 4, 3), dtypes=ONCE)
    case("type_as", lambda a, b: a.type_as(b), ints(4, 3), x)
    case("dropout", lambda a: F.dropout(a, 0.5, training=False), x)


def reductions():
    x = randn(3, 4, 5)
    for f in (torch.sum, torch.mean, torch.amax, torch.amin, torch.logsumexp, torch.any, torch.all):
        for dims in ([1], [0, -1], [-2]):
            for keep in (False, True):
                if f in (torch.any, torch.all):
                    case(f.__name__, lambda a, d=dims, k=keep, g=f: g(a > 0.5, d, keepdim=k), x, dtypes=ONCE)
                else:
                    case(f.__name__, lambda a, d=dims, k=keep, g=f: g(a, d, keepdim=k), x)
    case("sum", torch.sum, x, dtypes=LOW)
    case("sum", lambda a: a.sum(1, dtype=torch.float64), x, dtypes=(F32, BF16))
    case("sum", torch.sum, ints(9, 4, 5), dtypes=ONCE)
    case("sum", lambda a: (a > 0).sum(-1), x)
    case("mean", torch.mean, x, dtypes=LOW)
    case("any", lambda a: (a > 0).any(), x)
    case("all", lambda a: (a > 0).all(1), x)
    case("max", torch.max, x)
    case("min", torch.min, x)
    case("max", lambda a: torch.max(a, 1), x)
    case("min", lambda a: torch.min(a, -1, keepdim=True), x)
    case("max", lambda a: torch.max(a, dim=1)[0], x, dtypes=LOW)
    case("max", torch.max, x, randn(5))
    case("min", torch.min, x, randn(5))
    for f in (torch.argmax, torch.argmin):
        case(f.__name__, f, x)
        case(f.__name__, lambda a, g=f: g(a, 1), x)
        case(f.__name__, lambda a, g=f: g(a, -1, keepdim=True), x)
    case("prod", lambda a: torch.prod(a, 1), x)
    case("prod", torch.prod, x)
    for f in (torch.var, torch.std):
        case(f.__name__, f, x)
        case(f.__name__, lambda a, g=f: g(a, 1), x)
        case(f.__name__, lambda a, g=f: g(a, [0, 2], unbiased=False, keepdim=True), x)
        case(f.__name__, lambda a, g=f: g(a, 1, correction=2), x)
    case("var_mean", lambda a: torch.var_mean(a, 1, correction=0), x)
    case("std_mean", lambda a: torch.std_mean(a, -1), x)
    case("norm", lambda a: torch.norm(a, p=2, dim=1), x)
    case("norm", lambda a: torch.norm(a, p="fro"), x)
    for order in (1, 2, 3.5, float("inf"), float("-inf"), 0):
        case("linalg_vector_norm", lambda a, o=order: torch.linalg.vector_norm(a, o, 1, keepdim=True), x)
    case("linalg_vector_norm", torch.linalg.vector_norm, x)
    case("cumsum", lambda a: torch.cumsum(a, 1), x)
    case("cumprod", lambda a: torch.cumprod(a, -1), x)
    case("cumsum", lambda a: torch.cumsum(a, 0), ints(5, 6, 2), dtypes=ONCE)
    for f in (F.softmax, F.log_softmax):
        for dim in (-1, 0, 1):
            case(f.__name__, lambda a, d=dim, g=f: g(a, d), x, dtypes=LOW if dim == 1 else FLOAT)
        case(f.__name__, lambda a, g=f: g(a, -1, dtype=torch.float32), x, dtypes=(BF16,))
    case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, dim=-1), x, randn(3, 4, 5))
    case("normalize", lambda a: F.normalize(a, p=2.0, dim=1), x)
    case("normalize", lambda a: F.normalize(a, p=1.0, dim=-1), x)
    case("count_nonzero", lambda a: torch.count_nonzero(a, 1), ints(3, 4, 5), dtypes=ONCE)


def contractions():
    a, b = randn(4, 6), randn(6, 5)
    case("mm", torch.mm, a, b, dtypes=LOW)
    case("matmul", torch.matmul, a, b)
    case("matmul", torch.matmul, a, randn(6))
    case("matmul", torch.matmul, randn(6), b)
    case("matmul", torch.matmul, randn(6), randn(6))
    case("matmul", torch.matmul, randn(2, 3, 4, 6), b)
    case("matmul", torch.matmul, randn(2, 1, 4, 6), randn(3, 6, 2))
    case("mv", torch.mv, a, randn(6))
    case("dot", torch.dot, randn(6), randn(6))
    case("outer", torch.outer, randn(3), randn(4))
    case("bmm", torch.bmm, randn(3, 4, 6), randn(3, 6, 2))
    case("linear", F.linear, randn(2, 3, 6), randn(5, 6), randn(5), dtypes=LOW)
    case("linear", F.linear, randn(6), randn(5, 6))
    case("addmm", lambda c, x, y: torch.addmm(c, x, y, beta=0.5, alpha=2), randn(5), a, b)
    case("baddbmm", torch.baddbmm, randn(3, 4, 2), randn(3, 4, 6), randn(3, 6, 2))
    for text, shapes in (("ij,jk->ik", ((3, 4), (4, 5))), ("bij,bjk", ((2, 3, 4), (2, 4, 5))),
                         ("bijl,lk->bijk", ((2, 3, 4, 5), (5, 6))), ("...ij,...jk->...ik", ((2, 3, 4), (2, 4, 5))),
                         ("ij->ji", ((3, 4),)), ("ij->", ((3, 4),)), ("bhqd, bhkd -> bhqk", ((2, 2, 3, 4), (2, 2, 5, 4))),
                         ("ab,bc,cd->ad", ((2, 3), (3, 4), (4, 5))), ("i,j->ij", ((3,), (4,))),
                         ("bnchp,bhcn->bchp", ((2, 3, 4, 2, 5), (2, 2, 4, 3)))):  # fmt: skip
        case("einsum", lambda *xs, t=text: torch.einsum(t, *xs), *[randn(*s) for s in shapes])
    q, k, v = randn(2, 3, 5, 4), randn(2, 3, 7, 4), randn(2, 3, 7, 6)
    sdpa = F.scaled_dot_product_attention
    case("sdpa", sdpa, q, k, v, dtypes=(F32, F64, BF16))
    case("sdpa", lambda a, b, c: sdpa(a, b, c, scale=0.3), q, k, v)
    case("sdpa", lambda a, b, c: sdpa(a, b, c, is_causal=True), q, q + 1, randn(2, 3, 5, 4))
    case("sdpa", lambda a, b, c, m: sdpa(a, b, c, attn_mask=m > -1), q, k, v, randn(5, 7))
    case("sdpa", lambda a, b, c, m: sdpa(a, b, c, attn_mask=m), q, k, v, randn(2, 1, 5, 7))
    case("sdpa", lambda a, b, c: sdpa(a, b, c, enable_gqa=True), randn(2, 4, 5, 4), randn(2, 2, 5, 4), randn(2, 2, 5, 4))


def windows():
    for n, conv, transposed in ((1, F.conv1d, F.conv_transpose1d), (2, F.conv2d, F.conv_transpose2d),
                                (3, F.conv3d, F.conv_transpose3d)):  # fmt: skip
        size, k = (7, 6, 5)[:n], (3, 2, 3)[:n]
        x, w, b = randn(2, 4, *size), randn(6, 4, *k), randn(6)
        case("conv%dd" % n, conv, x, w, b, dtypes=(F32, F64, BF16) if n < 3 else FLOAT)
        case("conv%dd" % n, lambda x, w, f=conv: f(x, w, stride=2, padding=1), x, w)
        case("conv%dd" % n, lambda x, w, f=conv: f(x, w, dilation=2, padding=2), x, w)
        case("conv%dd" % n, lambda x, w, f=conv: f(x, w, groups=2), x, randn(6, 2, *k))
        case("conv%dd" % n, lambda x, w, f=conv: f(x, w, padding="same"), x, w)
        case("conv%dd" % n, lambda x, w, f=conv: f(x, w, padding="valid"), x[0], w)
        case("conv%dd" % n, lambda x, w, f=conv: f(x, w, groups=4), x, randn(4, 1, *k))
        t = randn(4, 3, *k)
        case("conv_transpose%dd" % n, transposed, x, t, randn(3))
        case("conv_transpose%dd" % n, lambda x, w, f=transposed: f(x, w, stride=2, padding=1, output_padding=1), x, t)
        case("conv_transpose%dd" % n, lambda x, w, f=transposed: f(x, w, groups=2, dilation=2), x, t)
    pools = ((F.max_pool1d, F.avg_pool1d, F.adaptive_avg_pool1d, F.adaptive_max_pool1d),
             (F.max_pool2d, F.avg_pool2d, F.adaptive_avg_pool2d, F.adaptive_max_pool2d),
             (F.max_pool3d, F.avg_pool3d, F.adaptive_avg_pool3d, F.adaptive_max_pool3d))  # fmt: skip
    for n, (high, mean, adaptive, adaptive_high) in enumerate(pools, 1):
        x = randn(2, 3, *(9, 8, 7)[:n])
        for k, s, p, ceil in ((2, 2, 0, False), (3, 2, 1, False), (3, 2, 1, True), (2, 3, 0, True)):
            case("max_pool%dd" % n, lambda v, f=high, a=(k, s, p), c=ceil: f(v, *a, ceil_mode=c), x)
            for include in (True, False):
                case("avg_pool%dd" % n, lambda v, f=mean, a=(k, s, p, ceil, include): f(v, *a), x)
        case("max_pool%dd" % n, lambda v, f=high: f(v, 2, 1, 0, 2), x)
        case("max_pool%dd" % n, lambda v, f=high: f(v, 3, 2, 1, return_indices=True), x)
        for out in (1, 3, 2):
            case("adaptive_avg_pool%dd" % n, lambda v, f=adaptive, o=out: f(v, o), x)
            case("adaptive_max_pool%dd" % n, lambda v, f=adaptive_high, o=out: f(v, o), x)
    for mode in ("nearest", "nearest-exact", "bilinear"):
        x = randn(2, 3, 4, 5)
        case("upsample", lambda v, m=mode: F.interpolate(v, scale_factor=2, mode=m), x)
        case("upsample", lambda v, m=mode: F.interpolate(v, size=(7, 3), mode=m), x)
    case("upsample", lambda v: F.interpolate(v, scale_factor=2, mode="bilinear", align_corners=True), randn(1, 2, 3, 4))
    case("upsample", lambda v: F.interpolate(v, scale_factor=1.5, mode="linear"), randn(1, 2, 6))
    case("upsample", lambda v: F.interpolate(v, size=(3, 5, 4), mode="trilinear"), randn(1, 2, 2, 3, 4))
    case("pixel_shuffle", lambda v: F.pixel_shuffle(v, 2), randn(2, 8, 3, 4))
    case("channel_shuffle", lambda v: F.channel_shuffle(v, 2), randn(2, 6, 3, 4))


def normalizations():
    x = randn(3, 6, 5)
    case("layer_norm", lambda a, w, b: F.layer_norm(a, (5,), w, b), x, randn(5), randn(5), dtypes=(F32, F64, BF16))
    case("layer_norm", lambda a: F.layer_norm(a, (6, 5)), x)
    case("layer_norm", lambda a, b: F.layer_norm(a, (5,), None, b), x, randn(5))
    case("rms_norm", lambda a, w: F.rms_norm(a, (5,), w), x, randn(5))
    case("rms_norm", lambda a: F.rms_norm(a, (5,), eps=1e-3), x)
    case("group_norm", lambda a, w, b: F.group_norm(a, 2, w, b), x, randn(6), randn(6))
    case("group_norm", lambda a: F.group_norm(a, 3), x)
    case("instance_norm", lambda a: F.instance_norm(a), x)
    case("instance_norm", lambda a, w, b: F.instance_norm(a, weight=w, bias=b), randn(2, 3, 4, 5), randn(3), randn(3))
    case("batch_norm", lambda a, m, v, w, b: F.batch_norm(a, m, v, w, b), x, randn(6), rand(6), randn(6), randn(6))
    case("batch_norm", lambda a, m, v: F.batch_norm(a, m, v), randn(3, 6), randn(6), rand(6))
    case("batch_norm", lambda a: F.batch_norm(a, None, None, training=True), randn(3, 6, 2, 2))
    case("local_response_norm", lambda a: F.local_response_norm(a, 3), randn(2, 5, 4, 4))


def placements():
    x = randn(3, 4, 5)
    for f in (lambda a: a.view(12, 5), lambda a: a.reshape(4, -1), lambda a: a.flatten(1), lambda a: a.flatten(),
              lambda a: a.unflatten(1, (2, 2)), lambda a: a.transpose(0, -1), lambda a: a.permute(2, 0, 1),
              lambda a: a.unsqueeze(1).squeeze(1), lambda a: a[:, :1].squeeze(), lambda a: a.mT, lambda a: a[0].t(),
              lambda a: a[0].T, lambda a: a.movedim(0, 2), lambda a: a.swapaxes(0, 1), lambda a: a.contiguous(),
              lambda a: a.transpose(0, 1).contiguous().view(4, 15), lambda a: a.expand(2, 3, 4, 5),
              lambda a: a[:, :1].expand_as(a), lambda a: a[:, 1:3], lambda a: a[..., ::2], lambda a: a[1],
              lambda a: a[:, -1], lambda a: a.narrow(1, 1, 2), lambda a: a[-2:, :, 0], lambda a: a[:, None, 1],
              lambda a: a.detach().clone(), lambda a: torch.broadcast_to(a[:1], (3, 4, 5)),
              lambda a: torch.ravel(a), lambda a: a.view_as(a.flatten()[:60].view(3, 4, 5)),
              lambda a: torch.flip(a, [0, 2]), lambda a: torch.roll(a, 1), lambda a: torch.roll(a, (1, -2), (0, 2)),
              lambda a: torch.tril(a), lambda a: torch.triu(a, 1), lambda a: a.repeat(2, 1, 3), lambda a: a.repeat(2, 1, 1, 1),
              lambda a: torch.tile(a, (2,)), lambda a: a.repeat_interleave(2, 1), lambda a: a.repeat_interleave(3),
              lambda a: a.unfold(2, 3, 2), lambda a: torch.diagonal(a, 1, 1, 2), lambda a: a.split(3, 1),
              lambda a: a.split([1, 3], 1), lambda a: a.chunk(3, 2), lambda a: a.unbind(1), lambda a: torch.tensor_split(a, 2, 1),
              lambda a: torch.stack([a, a * 2], 1), lambda a: torch.cat([a, a[:, :1]], 1), lambda a: torch.cat([a, a], -1),
              lambda a: torch.broadcast_tensors(a, a[:1])):  # fmt: skip
        case("place", f, x)
    case("cat", lambda a, b: torch.cat([a, b], 0), ints(5, 3), randn(2))
    case("meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="ij"), randn(3), randn(4))
    case("meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="xy"), randn(3), randn(4))
    for mode in ("constant", "reflect", "replicate", "circular"):
        case("pad", lambda a, m=mode: F.pad(a, (2, 1), mode=m), x)
        case("pad", lambda a, m=mode: F.pad(a, (2, 1, 1, 0), mode=m), randn(1, 3, 4, 5))
    case("pad", lambda a: F.pad(a, (1, 2, 0, 1), value=1.5), x)
    case("pad", lambda a: F.pad(a, (-1, 2)), x)
    case("embedding", lambda w, i: F.embedding(i, w), randn(9, 4), ints(9, 2, 3))
    case("index_select", lambda a, i: torch.index_select(a, 1, i), x, ints(4, 6))
    case("gather", lambda a, i: torch.gather(a, 2, i), x, ints(5, 3, 4, 2))
    case("index", lambda a, i: a[i], x, ints(3, 4))
    case("index", lambda a, i: a[:, i], x, ints(4, 2, 2))
    case("index", lambda a, i, j: a[i, :, j], x, ints(3, 4), ints(5, 4))
    case("index", lambda a, i: a[:, i, i], x, ints(4, 2))
    case("index", lambda a, i: a[i - 3], x, ints(3, 4))
    case("one_hot", lambda i: F.one_hot(i, 6), ints(6, 2, 3), dtypes=ONCE)
    case("zeros_like", lambda a: torch.zeros_like(a) + torch.ones_like(a) * a, x)
    case("full", lambda a: torch.full((4, 5), 2.5) + torch.zeros(4, 5) + torch.ones(5) + a, x, dtypes=ONCE)
    case("new", lambda a: a.new_zeros(2, 3) + a.new_ones(3) + a.new_full((2, 3), 4.0), x)
    case("arange", lambda a: a + torch.arange(5), x)
    case("arange", lambda a: torch.arange(1, 9, 2) * a.sum(), x)
    case("arange", lambda a: a + torch.arange(a.size(2), device=a.device)[None], x)
    case("eye", lambda a: torch.eye(4, 5) + a, x, dtypes=ONCE)
    case("linspace", lambda a: torch.linspace(0, 1, 5) + a, x, dtypes=ONCE)
    case("constant", lambda a: a + torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0]).to(a.dtype), x)
    case("constant", lambda a: a.masked_fill(torch.tensor([True, False, True, False, True]), 0.0), x)
    case("tril_mask", lambda a: a.masked_fill(torch.tril(torch.ones(4, 5)) == 0, float("-inf")), x)


def losses():
    x, t = randn(4, 5), randn(4, 5)
    for f in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss):
        for r in ("mean", "sum", "none"):
            case(f.__name__, lambda a, b, g=f, r=r: g(a, b, reduction=r), x, t)
    case("smooth_l1_loss", lambda a, b: F.smooth_l1_loss(a, b, beta=0.3), x, t)
    case("huber_loss", lambda a, b: F.huber_loss(a, b, delta=0.3), x, t)
    for r in ("mean", "sum", "none", "batchmean"):
        case("kl_div", lambda a, b, r=r: F.kl_div(F.log_softmax(a, -1), F.softmax(b, -1), reduction=r), x, t)
    case("kl_div", lambda a, b: F.kl_div(F.log_softmax(a, -1), F.log_softmax(b, -1), log_target=True, reduction="sum"), x, t)
    c = ints(5, 4)
    case("cross_entropy", F.cross_entropy, x, c)
    case("cross_entropy", lambda a, b: F.cross_entropy(a, b, reduction="none", label_smoothing=0.1), x, c)
    case("cross_entropy", lambda a, b: F.cross_entropy(a, b, ignore_index=2), x, c)
    case("cross_entropy", F.cross_entropy, randn(2, 5, 3), ints(5, 2, 3))
    case("cross_entropy", lambda a, b: F.cross_entropy(a, F.softmax(b, -1), label_smoothing=0.1), x, t)
    case("bce", lambda a, b: F.binary_cross_entropy(torch.sigmoid(a), torch.sigmoid(b)), x, t)
    case("bce", lambda a, b: F.binary_cross_entropy_with_logits(a, torch.sigmoid(b), reduction="none"), x, t)
    case("triplet_margin_loss", F.triplet_margin_loss, x, t, randn(4, 5))
    case("triplet_margin_loss", lambda a, p, n: F.triplet_margin_loss(a, p, n, swap=True, reduction="none"), x, t, randn(4, 5))
    case("hinge", lambda a, b: torch.mean(torch.clamp(1 - a * b, min=0)), x, t)


def writes():
    """Views and writes in place."""
    def slices(x):
        y = x.clone()
        y[:, 1:3] = x[:, :2] * 2
        y[0] += 1
        y[..., -1].mul_(3)
        return y

    def through_views(x):
        y = x * 1
        z = y.view(-1)
        y.add_(1)
        z[2:5] = 0
        w = y.transpose(0, 1)
        w[1] = 7
        return y, z, w

    def chunks(x):
        y = x.clone()
        a, b = y.chunk(2, 1)
        a.relu_()
        b.copy_(a)
        return y, a + b

    def fills(x):
        y = torch.zeros(3, 4)
        y[1:, 2] = x[0, 0]
        z = torch.empty_like(x)
        z.fill_(2)
        z.masked_fill_(x > 0, 5)
        return y, z.zero_() + y.sum()

    def alias(x):
        y = F.relu(x, inplace=False)
        z = y.contiguous()
        z.mul_(2)
        w = y.reshape(-1)
        w.sub_(1)
        return y, z, w

    def no_alias(x):
        y = x * 1
        z = y.t().reshape(-1)
        z.mul_(2)
        return y, z

    def chained(x):
        y = x.clone()
        y.permute(1, 0)[1:, 1:].unsqueeze(0).squeeze(0).add_(10)
        return y

    for f in (slices, through_views, chunks, fills, alias, no_alias, chained):
        case(f.__name__, f, randn(4, 4), dtypes=ONCE)
    for f in (torch.relu_, lambda a: a.sigmoid_(), lambda a: a.add_(2).mul_(a), lambda a: a.clamp_(0, 1),
              lambda a: F.hardtanh(a, inplace=True), lambda a: F.leaky_relu(a, inplace=True),
              lambda a: a.div_(3).sub_(1).pow_(2), lambda a: F.dropout(a, inplace=True, training=False)):  # fmt: skip
        case("in_place", lambda a, g=f: g(a * 1), randn(3, 4))


class Recurrent(torch.nn.Module):
    def __init__(self, net, states):
        super().__init__()
        self.net, self.states = net, states

    def forward(self, x, *given):
        if self.states == 2 and given:
            return self.net(x, (given[0], given[1]))
        return self.net(x, *given)


def recurrences():
    for name, kind, states in (("lstm", torch.nn.LSTM, 2), ("gru", torch.nn.GRU, 1), ("rnn", torch.nn.RNN, 1)):
        for settings in (dict(), dict(num_layers=2), dict(bidirectional=True), dict(bias=False),
                         dict(num_layers=2, bidirectional=True, batch_first=True)):  # fmt: skip
            torch.manual_seed(3)
            net = Recurrent(kind(3, 4, **settings), states)
            module(name, net, randn(5, 2, 3), ulps=256)
        h = [randn(1, 2, 4) for _ in range(states)]
        module(name, Recurrent(kind(3, 4), states), randn(5, 2, 3), *h, ulps=256)
        module(name, Recurrent(kind(3, 4), states), randn(5, 3), ulps=256)
    module("rnn", Recurrent(torch.nn.RNN(3, 4, nonlinearity="relu"), 1), randn(5, 2, 3), ulps=256)
    module("lstm_cell", torch.nn.LSTMCell(3, 4), randn(2, 3), ulps=256)
    module("gru_cell", torch.nn.GRUCell(3, 4), randn(2, 3), randn(2, 4), ulps=256)
    module("rnn_cell", torch.nn.RNNCell(3, 4), randn(2, 3), ulps=256)
    for settings in (dict(), dict(norm_first=True, activation="gelu")):
        layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, **settings)
        module("transformer_layer", layer, randn(2, 5, 8), ulps=512)
    module("transformer", torch.nn.TransformerEncoder(
        torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), randn(2, 5, 8), ulps=512)
    module("multi_head", SelfAttention(), randn(2, 5, 8), ulps=512)


class SelfAttention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = torch.nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.attn(x, x, x)


GROUPS = (pointwise, reductions, contractions, windows, normalizations, placements, losses, writes, recurrences)
for group in GROUPS:
    group()
