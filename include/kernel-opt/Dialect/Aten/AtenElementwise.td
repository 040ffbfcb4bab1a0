//===- AtenElementwise.td - Pointwise operations -----------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENELEMENTWISE_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENELEMENTWISE_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

/// One operand, one result of the same shape.
class Aten_Unary<string mnemonic, string what, string formula, string kind>
    : Aten_Op<mnemonic, "rule.same(ElementKind::" # kind # ")"> {
  let summary = what;
  let description = !strconcat("For each element, `y = ", formula, "`.", !if(
      !eq(kind, "Float"), " Integers are converted to f32 first.", ""), [{

    ```mlir
    %y = aten.}], mnemonic, [{ %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }]);
  let arguments = (ins Aten_Tensor:$self);
  let results = (outs Aten_Tensor:$result);
}
class Aten_UnaryFloat<string mnemonic, string what, string formula>
    : Aten_Unary<mnemonic, what, formula, "Float">;
class Aten_UnarySame<string mnemonic, string what, string formula>
    : Aten_Unary<mnemonic, what, formula, "Promoted">;

/// A test of each element.
class Aten_Predicate<string mnemonic, string what, string text>
    : Aten_Op<mnemonic, "rule.same(ElementKind::Bool)"> {
  let summary = what;
  let description = !strconcat(text, [{

    ```mlir
    %y = aten.}], mnemonic, [{ %x : (tensor<4x8xf32>) -> tensor<4x8xi1>
    ```
  }]);
  let arguments = (ins Aten_Tensor:$self);
  let results = (outs Aten_BoolTensor:$result);
}

/// Two operands that broadcast together.
class Aten_Binary<string mnemonic, string what, string text, string kind,
                  list<Trait> traits = []>
    : Aten_Op<mnemonic, "rule.pointwise(ElementKind::" # kind # ")", traits> {
  let summary = what;
  defvar to = !if(!eq(kind, "Bool"), "i1", "f32");
  let description = !strconcat(text, [{

    ```mlir
    %y = aten.}], mnemonic, [{ %a, %b
        : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8x}], to, [{>
    ```
  }]);
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$other);
  let results = (outs Aten_Tensor:$result);
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

def Aten_ExpOp : Aten_UnaryFloat<"exp", "exponential function", "exp(x)">;
def Aten_Exp2Op : Aten_UnaryFloat<"exp2", "power of two", "2^x">;
def Aten_Expm1Op : Aten_UnaryFloat<"expm1", "exponential function minus one", "exp(x) - 1, accurate near zero">;
def Aten_LogOp : Aten_UnaryFloat<"log", "natural logarithm", "log(x)">;
def Aten_Log2Op : Aten_UnaryFloat<"log2", "logarithm to base two", "log2(x)">;
def Aten_Log10Op : Aten_UnaryFloat<"log10", "logarithm to base ten", "log10(x)">;
def Aten_Log1pOp : Aten_UnaryFloat<"log1p", "logarithm of one plus the argument", "log(1 + x), accurate near zero">;
def Aten_SqrtOp : Aten_UnaryFloat<"sqrt", "square root", "sqrt(x)">;
def Aten_RsqrtOp : Aten_UnaryFloat<"rsqrt", "reciprocal square root", "1 / sqrt(x)">;
def Aten_ReciprocalOp : Aten_UnaryFloat<"reciprocal", "reciprocal", "1 / x">;
def Aten_SinOp : Aten_UnaryFloat<"sin", "sine", "sin(x)">;
def Aten_CosOp : Aten_UnaryFloat<"cos", "cosine", "cos(x)">;
def Aten_TanOp : Aten_UnaryFloat<"tan", "tangent", "tan(x)">;
def Aten_AtanOp : Aten_UnaryFloat<"atan", "inverse tangent", "atan(x)">;
def Aten_SinhOp : Aten_UnaryFloat<"sinh", "hyperbolic sine", "sinh(x)">;
def Aten_CoshOp : Aten_UnaryFloat<"cosh", "hyperbolic cosine", "cosh(x)">;
def Aten_ErfOp : Aten_UnaryFloat<"erf", "error function", "erf(x)">;
def Aten_ErfcOp : Aten_UnaryFloat<"erfc", "complementary error function", "1 - erf(x), accurate for large x">;
def Aten_AbsOp : Aten_UnarySame<"abs", "absolute value", "|x|">;
def Aten_NegOp : Aten_UnarySame<"neg", "negation", "-x">;
def Aten_SignOp : Aten_UnarySame<"sign", "sign", "-1, 0 or 1 (0 for NaN)">;
def Aten_SquareOp : Aten_UnarySame<"square", "square", "x * x">;
def Aten_FloorOp : Aten_UnarySame<"floor", "rounding down", "the greatest integer <= x">;
def Aten_CeilOp : Aten_UnarySame<"ceil", "rounding up", "the least integer >= x">;
def Aten_RoundOp : Aten_UnarySame<"round", "rounding to the nearest integer, ties to even", "roundeven(x)">;
def Aten_TruncOp : Aten_UnarySame<"trunc", "rounding towards zero", "x without its fraction">;
def Aten_BitwiseNotOp : Aten_UnarySame<"bitwise_not", "complement of integers or booleans", "~x">;
def Aten_LogicalNotOp : Aten_Predicate<"logical_not", "negation of a truth value",
    "True where the element is zero or false.">;
def Aten_IsNanOp : Aten_Predicate<"isnan", "test for NaN",
    "True where the element is NaN; false for integers.">;
def Aten_IsInfOp : Aten_Predicate<"isinf", "test for infinity",
    "True where the element is +Inf or -Inf; false for integers.">;

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

def Aten_MulOp : Aten_Binary<"mul", "product",
    "`a * b`; of booleans, their conjunction.", "Promoted", [Commutative]>;
def Aten_PowOp : Aten_Binary<"pow", "power",
    "`a ^ b`. Integers to a negative power are 0 unless |a| is 1, as in ATen.", "Promoted">;
def Aten_RemainderOp : Aten_Binary<"remainder", "remainder with the sign of the divisor",
    "`a - b * floor(a / b)`, with the sign of `b`. Division of integers by zero is undefined.", "Promoted">;
def Aten_FmodOp : Aten_Binary<"fmod", "remainder with the sign of the dividend",
    "`a - b * trunc(a / b)`, with the sign of `a`. Division of integers by zero is undefined.", "Promoted">;
def Aten_MaximumOp : Aten_Binary<"maximum", "greater of two values",
    "The greater of `a` and `b`; NaN if either is.", "Promoted", [Commutative]>;
def Aten_MinimumOp : Aten_Binary<"minimum", "lesser of two values",
    "The lesser of `a` and `b`; NaN if either is.", "Promoted", [Commutative]>;
def Aten_Atan2Op : Aten_Binary<"atan2", "angle of a point",
    "The angle of the point (b, a).", "Float">;
def Aten_BitwiseAndOp : Aten_Binary<"bitwise_and", "bitwise conjunction",
    "`a & b` of integers or booleans.", "Promoted", [Commutative]>;
def Aten_BitwiseOrOp : Aten_Binary<"bitwise_or", "bitwise disjunction",
    "`a | b` of integers or booleans.", "Promoted", [Commutative]>;
def Aten_BitwiseXorOp : Aten_Binary<"bitwise_xor", "bitwise exclusive disjunction",
    "`a ^ b` of integers or booleans.", "Promoted", [Commutative]>;
def Aten_EqOp : Aten_Binary<"eq", "equality",
    "`a == b`; false if either is NaN.", "Bool", [Commutative]>;
def Aten_NeOp : Aten_Binary<"ne", "inequality",
    "`a != b`; true if either is NaN.", "Bool", [Commutative]>;
def Aten_LtOp : Aten_Binary<"lt", "less than",
    "`a < b`; false if either is NaN.", "Bool">;
def Aten_LeOp : Aten_Binary<"le", "less than or equal",
    "`a <= b`; false if either is NaN.", "Bool">;
def Aten_GtOp : Aten_Binary<"gt", "greater than",
    "`a > b`; false if either is NaN.", "Bool">;
def Aten_GeOp : Aten_Binary<"ge", "greater than or equal",
    "`a >= b`; false if either is NaN.", "Bool">;
def Aten_LogicalAndOp : Aten_Binary<"logical_and", "conjunction of truth values",
    "True where both elements are nonzero.", "Bool", [Commutative]>;
def Aten_LogicalOrOp : Aten_Binary<"logical_or", "disjunction of truth values",
    "True where an element is nonzero.", "Bool", [Commutative]>;
def Aten_LogicalXorOp : Aten_Binary<"logical_xor", "exclusive disjunction of truth values",
    "True where exactly one element is nonzero.", "Bool", [Commutative]>;

class Aten_AddLike<string mnemonic, string what, string sign>
    : Aten_Op<mnemonic, "rule.pointwise(ElementKind::Promoted)"> {
  let summary = what;
  let description = !strconcat("`a ", sign, [{ alpha * b`. Of booleans, addition is disjunction.

    ```mlir
    %y = aten.}], mnemonic, [{ %a, %b {alpha = 0.5 : f64}
        : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
    ```
  }]);
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$other,
    Aten_Float<"1.0">:$alpha);
  let results = (outs Aten_Tensor:$result);
}
def Aten_AddOp : Aten_AddLike<"add", "sum of two tensors", "+">;
def Aten_SubOp : Aten_AddLike<"sub", "difference of two tensors", "-">;

def Aten_DivOp : Aten_Op<"div", [{rule.pointwise(
    op.getRoundingMode() == Rounding::None ? ElementKind::Float
                                           : ElementKind::Promoted)}]> {
  let summary = "quotient";
  let description = [{
    `a / b`. `rounding_mode` makes the quotient whole: `none` divides exactly
    (integers as f32), `trunc` rounds towards zero, `floor` rounds down. Whole
    division of integers by zero is undefined. `floor` of floating-point values
    is computed from the remainder, as in ATen, not by rounding the quotient.

    ```mlir
    %y = aten.div %a, %b {rounding_mode = #aten.rounding<floor>}
        : (tensor<8xi64>, tensor<8xi64>) -> tensor<8xi64>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$other,
    DefaultValuedAttr<Aten_RoundingAttr,
      "::kernel_opt::aten::Rounding::None">:$rounding_mode);
  let results = (outs Aten_Tensor:$result);
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

def Aten_WhereOp : Aten_Op<"where", "rules::where(rule)"> {
  let summary = "choice between two tensors";
  let description = [{
    `condition ? self : other`, all three broadcast together.

    ```mlir
    %y = aten.where %c, %a, %b : (tensor<4x1xi1>, tensor<4x8xf32>, tensor<f32>)
        -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Aten_BoolTensor:$condition, Aten_Tensor:$self,
    Aten_Tensor:$other);
  let results = (outs Aten_Tensor:$result);
}

def Aten_MaskedFillOp : Aten_Op<"masked_fill", "rules::maskedFill(rule)"> {
  let summary = "a value where a mask is true";
  let description = [{
    `mask ? value : self`, with `self` and `mask` broadcast together. `value`
    has rank 0 and is converted to the element type of `self`.

    ```mlir
    %y = aten.masked_fill %x, %mask, %minus_inf
        : (tensor<2x4x8xf32>, tensor<4x8xi1>, tensor<f32>) -> tensor<2x4x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_BoolTensor:$mask,
    Aten_Tensor:$value);
  let results = (outs Aten_Tensor:$result);
}

def Aten_ClampOp : Aten_Op<"clamp", "rules::clamp(rule, op.getMin(), op.getMax())"> {
  let summary = "values limited to an interval";
  let description = [{
    `min(max(x, min), max)`; NaN stays NaN, and `max` wins where the bounds
    cross. At least one bound is given. Bounds of integers are whole.

    ```mlir
    %y = aten.clamp %x {min = 0.0 : f64, max = 6.0 : f64}
        : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, OptionalAttr<F64Attr>:$min,
    OptionalAttr<F64Attr>:$max);
  let results = (outs Aten_Tensor:$result);
}

def Aten_LerpOp : Aten_Op<"lerp", "rule.pointwise(ElementKind::Promoted)"> {
  let summary = "linear interpolation";
  let description = [{
    `self + weight * (end - self)` where |weight| < 1/2, else
    `end - (end - self) * (1 - weight)`.

    ```mlir
    %y = aten.lerp %a, %b, %w
        : (tensor<8xf32>, tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$self, Aten_FloatTensor:$end,
    Aten_FloatTensor:$weight);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_ToOp : Aten_Op<"to", "rule.result(rule.operand(0).dims, op.getDtype())"> {
  let summary = "conversion of the element type";
  let description = [{
    Converts each element to `dtype`: floating-point values round to nearest,
    ties to even; those converted to integers lose their fraction (out of range
    is undefined); anything nonzero, NaN too, converts to true.

    ```mlir
    %y = aten.to %x {dtype = bf16} : (tensor<4x8xf32>) -> tensor<4x8xbf16>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, TypeAttr:$dtype);
  let results = (outs Aten_Tensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENELEMENTWISE_TD
