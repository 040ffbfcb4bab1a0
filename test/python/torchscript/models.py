"""Small models of many kinds, written so that torch can script and trace them."""

from typing import List, Optional, Tuple

import torch
import torch.nn.functional as F
from importing import Program
from torch import Tensor, nn


class Residual(nn.Module):
    def __init__(self, c: int, out: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(c, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.down: Optional[nn.Module] = None
        if stride != 1 or c != out:
            self.down = nn.Sequential(nn.Conv2d(c, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.down is not None:
            x = self.down(x)
        y += x
        return self.relu(y)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3), nn.BatchNorm2d(8), nn.ReLU(inplace=True),
                                  nn.MaxPool2d(3, 2, 1))  # fmt: skip
        self.layers = nn.Sequential(Residual(8, 8, 1), Residual(8, 12, 2))
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.head = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.layers(self.stem(x)))
        return self.head(torch.flatten(x, 1))


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(4, 3, 1)
        self.b = nn.Sequential(nn.Conv2d(4, 2, 1), nn.Conv2d(2, 3, 3, padding=1))
        self.c = nn.Sequential(nn.Conv2d(4, 2, 1), nn.Conv2d(2, 3, 5, padding=2))
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.d = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.a(x), self.b(x), self.c(x), self.d(self.pool(x))]
        return F.relu(torch.cat(parts, 1))


class Attention(nn.Module):
    def __init__(self, width: int, heads: int, causal: bool):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.causal = causal
        self.register_buffer("mask", torch.tril(torch.ones(32, 32)).view(1, 1, 32, 32))

    def forward(self, x: Tensor) -> Tensor:
        b, t, c = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        k = k.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        v = v.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        scores = (q @ k.transpose(-2, -1)) * (1.0 / (c // self.heads) ** 0.5)
        if self.causal:
            scores = scores.masked_fill(self.mask[:, :, :t, :t] == 0, float("-inf"))
        y = F.softmax(scores, dim=-1) @ v
        return self.out(y.transpose(1, 2).contiguous().view(b, t, c))


class Block(nn.Module):
    def __init__(self, width: int, heads: int, causal: bool):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads, causal)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 4, 4)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.pos = nn.Parameter(torch.randn(1, 17, 16))
        self.blocks = nn.ModuleList([Block(16, 2, False) for _ in range(2)])
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], dim=1) + self.pos
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class GPT(nn.Module):
    """With a cache of keys and values, as a step of generation has it."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(50, 16)
        self.places = nn.Embedding(32, 16)
        self.block = Block(16, 4, True)
        self.norm = nn.LayerNorm(16)
        self.kv = nn.Linear(16, 32)
        self.q = nn.Linear(16, 16)

    def forward(self, ids: Tensor, past_k: Tensor, past_v: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        t = ids.size(1)
        x = self.tokens(ids) + self.places(torch.arange(t, device=ids.device))
        x = self.norm(self.block(x))
        k, v = self.kv(x).split(16, dim=2)
        k, v = torch.cat([past_k, k], 1), torch.cat([past_v, v], 1)
        s = k.size(1)
        seen = torch.ones(t, s, dtype=torch.bool).tril(diagonal=s - t)
        y = F.scaled_dot_product_attention(self.q(x), k, v, attn_mask=seen)
        return F.linear(y, self.tokens.weight), k, v


class Tagger(nn.Module):
    def __init__(self, kind: str):
        super().__init__()
        self.embed = nn.Embedding(20, 6)
        net = nn.LSTM if kind == "lstm" else nn.GRU
        self.net = net(6, 5, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(10, 4)

    def forward(self, ids: Tensor) -> Tensor:
        y = self.net(self.embed(ids))[0]
        return F.log_softmax(self.head(y[:, -1]), dim=-1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
        self.down2 = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.GroupNorm(2, 8), nn.SiLU())
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.out = nn.Conv2d(8, 2, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        a = self.down1(x)
        b = self.up(self.down2(self.pool(a)))
        c = F.interpolate(F.avg_pool2d(a, 2), scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.sigmoid(self.out(torch.cat([a + c, b], dim=1)))


class Scan(nn.Module):
    """A selective state space: a loop over time with states of its own."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(6, 8)
        self.conv = nn.Conv1d(8, 8, 3, padding=2, groups=8)
        self.select = nn.Linear(8, 9)
        self.a = nn.Parameter(torch.rand(8, 4))
        self.out = nn.Linear(8, 6)

    def forward(self, x: Tensor) -> Tensor:
        t = x.size(1)
        u = self.inner(x)
        u = F.silu(self.conv(u.transpose(1, 2))[..., :t].transpose(1, 2))
        d, b, c = torch.split(self.select(u), [1, 4, 4], dim=-1)
        d = F.softplus(d)
        state = torch.zeros(x.size(0), 8, 4, dtype=x.dtype)
        ys: List[Tensor] = []
        for i in range(t):
            decay = torch.exp(-d[:, i].unsqueeze(-1) * self.a)
            state = decay * state + (d[:, i] * u[:, i]).unsqueeze(-1) * b[:, i].unsqueeze(1)
            ys.append((state * c[:, i].unsqueeze(1)).sum(-1))
        return self.out(torch.stack(ys, dim=1))


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Sequential(nn.Linear(9, 12), nn.GELU(), nn.Linear(12, 9))
        self.channels = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.norm1, self.norm2 = nn.LayerNorm(8), nn.LayerNorm(8)
        self.patch = nn.Conv2d(3, 8, 4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        x = x + self.channels(self.norm2(x))
        return x.mean(dim=1)


class Windows(nn.Module):
    """Attention inside shifted windows, with a mask made by writing slices."""

    def __init__(self):
        super().__init__()
        self.attn = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)
        self.bias = nn.Parameter(torch.randn(49, 2))
        h = torch.arange(4)
        places = torch.stack(torch.meshgrid(h, h, indexing="ij")).flatten(1)
        apart = (places[:, :, None] - places[:, None, :]).permute(1, 2, 0) + 3
        self.register_buffer("index", (apart[..., 0] * 7 + apart[..., 1]).view(-1))

    def mask(self, x: Tensor) -> Tensor:
        region = torch.zeros(1, 8, 8, 1, dtype=x.dtype)
        count = 0
        for rows in ((0, 4), (4, 6), (6, 8)):
            for columns in ((0, 4), (4, 6), (6, 8)):
                region[:, rows[0] : rows[1], columns[0] : columns[1], :] = count
                count += 1
        region = region.view(1, 2, 4, 2, 4, 1).permute(0, 1, 3, 2, 4, 5).reshape(4, 16)
        apart = region.unsqueeze(1) - region.unsqueeze(2)
        return apart.masked_fill(apart != 0, -100.0).masked_fill(apart == 0, 0.0)

    def forward(self, x: Tensor) -> Tensor:
        b = x.shape[0]
        shifted = torch.roll(x, shifts=(-2, -2), dims=(1, 2))
        w = shifted.view(b, 2, 4, 2, 4, 8).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, 8)
        qkv = self.attn(w).reshape(-1, 16, 3, 2, 4).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0] * 0.5, qkv[1], qkv[2]
        scores = q @ k.transpose(-2, -1)
        bias = self.bias[self.index].view(16, 16, -1).permute(2, 0, 1).contiguous()
        scores = scores + bias.unsqueeze(0)
        scores = scores.view(b, 4, 2, 16, 16) + self.mask(x).unsqueeze(1).unsqueeze(0)
        w = scores.view(-1, 2, 16, 16).softmax(-1) @ v
        w = self.out(w.transpose(1, 2).reshape(-1, 16, 8))
        y = w.view(b, 2, 2, 4, 4, 8).permute(0, 1, 3, 2, 4, 5).reshape(b, 8, 8, 8)
        return torch.roll(y, shifts=(2, 2), dims=(1, 2))


class Control(nn.Module):
    """Branches and loops that sizes and attributes decide."""

    def __init__(self):
        super().__init__()
        self.steps = 3
        self.layers = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.Linear(4, 4)})

    def forward(self, x: Tensor, scale: Optional[Tensor] = None) -> Tensor:
        if x.dim() == 3:
            x = x.flatten(0, 1)
        elif x.size(0) > 100:
            x = x[:100]
        assert x.size(-1) == 4, "expected a last dimension of 4"
        for i in range(self.steps):
            for name, layer in self.layers.items():
                if name == "a" or i % 2 == 0:
                    x = torch.tanh(layer(x))
        if scale is not None:
            x = x * scale
        sizes = [s * 2 for s in x.shape]
        i = 0
        while i < 2 and not self.training:
            x = torch.cat([x, x], dim=i)
            i += 1
        return x.view(sizes)


def programs():
    torch.manual_seed(11)
    randn = lambda *sizes: torch.randn(*sizes, dtype=torch.float64)  # noqa: E731
    ids = torch.randint(0, 20, (2, 7))
    table = [
        ("resnet", ResNet(), [randn(2, 3, 32, 32)]),
        ("inception", Inception(), [randn(2, 4, 9, 7)]),
        ("vit", ViT(), [randn(2, 3, 16, 16)]),
        ("gpt", GPT(), [ids, randn(2, 3, 16), randn(2, 3, 16)]),
        ("lstm", Tagger("lstm"), [ids]),
        ("gru", Tagger("gru"), [ids]),
        ("unet", UNet(), [randn(1, 3, 8, 12)]),
        ("scan", Scan(), [randn(2, 5, 6)]),
        ("mixer", Mixer(), [randn(2, 3, 12, 12)]),
        ("windows", Windows(), [randn(2, 8, 8, 8)]),
        ("control", Control(), [randn(2, 3, 4)]),
    ]
    return [
        Program(name, model, inputs, how, ulps=4096)
        for name, model, inputs in table
        for how in ("trace", "script")
    ]
