"""What a launch plan refuses, with stand-ins for Torch and the driver."""

import sys
import types
import unittest


class Tensor:
    """As much of a tensor as binding looks at."""

    def __init__(self, shape, dtype="float32", pointer=4096, strides=None, cuda=True):
        self.shape, self.dtype, self.pointer = tuple(shape), dtype, pointer
        self.is_cuda, self.device = cuda, "cuda:0" if cuda else "cpu"
        dense = [1] * len(shape)
        for d in reversed(range(len(shape) - 1)):
            dense[d] = dense[d + 1] * shape[d + 1]
        self.strides, self.dense = tuple(strides or dense), tuple(dense)
        self._version = 0

    def data_ptr(self):
        return self.pointer

    def stride(self):
        return self.strides

    def numel(self):
        count = 1
        for size in self.shape:
            count *= size
        return count

    def element_size(self):
        return 4

    def is_contiguous(self):
        return self.strides == self.dense


def stand_in():
    names = "float64 float32 float16 bfloat16 float8_e4m3fn float8_e5m2 int64 int32 int16 int8 bool"
    torch = types.ModuleType("torch")
    for name in names.split():
        setattr(torch, name, name)
    stream = types.SimpleNamespace(cuda_stream=0)
    torch.cuda = types.SimpleNamespace(current_stream=lambda: stream)
    return torch


sys.modules["torch"] = stand_in()

from kernel_opt.plan import Plan, PlanError  # noqa: E402


class Step:
    def __init__(self):
        self.bound = 0

    def bind(self, addresses):
        self.bound += 1

    def run(self, stream):
        pass


def make_plan(specialized=(0,)):
    """A plan of one step whose code needs no device."""
    plan = Plan.__new__(Plan)
    plan.name = "scale"
    plan.buffers = [
        {"name": "in0", "role": "input", "type": "f32", "shape": [40, 50], "specialized": list(specialized)},
        {"name": "out0", "role": "output", "type": "f32", "shape": [40, 50]},
    ]
    plan.tensors = {"out0": Tensor((40, 50))}
    plan.prepare, plan.steps, plan.bound = [], [Step()], None
    return plan


class Guards(unittest.TestCase):
    def refused(self, text, *tensors, **options):
        with self.assertRaises(PlanError) as caught:
            make_plan(**options)(*tensors)
        self.assertIn(text, str(caught.exception))

    def test_the_sizes_that_it_was_made_for(self):
        self.assertEqual(len(make_plan()(Tensor((40, 50)))), 1)

    def test_another_size_of_an_open_dimension(self):
        self.refused(
            "scale, input 'in0': expected a tensor of shape [40, 50], found [41, 50]; the program"
            " leaves that size open, but the plan is for the one that it was compiled with: compile"
            " it again with --input=f32[41,50]",
            Tensor((41, 50)),
        )

    def test_another_size_of_a_fixed_dimension(self):
        with self.assertRaises(PlanError) as caught:
            make_plan()(Tensor((40, 51)))
        self.assertIn("expected a tensor of shape [40, 50], found [40, 51]", str(caught.exception))
        self.assertNotIn("compile it again", str(caught.exception))

    def test_a_part_of_the_tensor_that_was_bound(self):
        plan, whole = make_plan(), Tensor((40, 50))
        plan(whole)
        with self.assertRaises(PlanError):
            plan(Tensor((20, 50), pointer=whole.pointer))

    def test_the_same_tensor_is_bound_once(self):
        plan, whole = make_plan(), Tensor((40, 50))
        plan(whole)
        plan(whole)
        self.assertEqual(plan.steps[0].bound, 1)

    def test_rank_type_count_and_place(self):
        self.refused("found [40, 50, 1]", Tensor((40, 50, 1)))
        self.refused("expected a tensor of float32, found float16", Tensor((40, 50), "float16"))
        self.refused("scale takes 1 tensors, found 2", Tensor((40, 50)), Tensor((40, 50)))
        self.refused("expected a tensor on the device, found one on cpu", Tensor((40, 50), cuda=False))

    def test_layout(self):
        self.refused("expected a contiguous tensor", Tensor((40, 50), strides=(1, 40)))
        self.refused("at a multiple of 16 bytes", Tensor((40, 50), pointer=4100))


if __name__ == "__main__":
    unittest.main()
