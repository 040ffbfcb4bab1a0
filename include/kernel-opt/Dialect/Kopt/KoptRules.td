//===- KoptRules.td - Rewrite rules of the kopt dialect ----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTRULES_TD
#define KERNEL_OPT_DIALECT_KOPT_KOPTRULES_TD

include "kernel-opt/Dialect/Kopt/KoptAttrs.td"
include "kernel-opt/Dialect/Kopt/KoptDialect.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"

def Kopt_RuleOp : Kopt_Op<"rule", [
    IsolatedFromAbove, Symbol,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>
  ]> {
  let summary = "a rewrite rule: two programs that are the same function";
  let description = [{
    Where the operations of *before* are found in a function, those of *after*
    may take their place. Both regions take the rule's arguments, hold `aten`
    operations, and yield the same results.

    *Sizes.* A dimension named in `#kopt.dims` stands for any one size; equal
    names are equal sizes. A name listed under `sequences` stands for any number
    of dimensions, none included (at most one such name in a type). Attributes
    that name dimensions are then counted from the side that is known.

    *Element types.* Without `element_types`, types are meant as written. With
    it, f32 in the rule stands for any one type of the list. A tensor of rank 0
    stands for a scalar and may then have any floating-point type.

    *Attributes.* An attribute of *before* must have the value written, unless
    `kopt.bind` gives it a name: then the value written is an example.
    `kopt.set` on an operation of *after* gives an attribute the value of an
    expression over bound names.

    *Conditions.* `where` lists conditions on sizes, bound attributes and
    values (see docs/RewriteSets.md); all must hold. A value other than an
    argument gets a name by `kopt.name`.

    The class is what the rule claims of its results:

    | class | claim |
    |---|---|
    | `exact_bits` | equal bits |
    | `exact_mod_signed_zero_nan` | the same but for signs of zeros and for NaN |
    | `reassociating` | equal over the reals; another order of operations |
    | `contracting` | a product and a sum rounded once |
    | `approximate` | equal over the reals; a less accurate function |
    | `layout` | equal bits in another order in memory |

    With `cleanup`, the rule always makes a program smaller and is no choice:
    it may be applied greedily.

    ```mlir
    kopt.rule @sigmoid_times_x(%x: tensor<?xf32, #kopt.dims<"S">>)
        class reassociating sequences ["S"] element_types [f32, f64]
        doc "x * sigmoid(x) is what SiLU means"
    before {
      %0 = aten.sigmoid %x : (tensor<?xf32, #kopt.dims<"S">>)
          -> tensor<?xf32, #kopt.dims<"S">>
      %1 = aten.mul %x, %0 : (tensor<?xf32, #kopt.dims<"S">>,
          tensor<?xf32, #kopt.dims<"S">>) -> tensor<?xf32, #kopt.dims<"S">>
      kopt.yield %1 : tensor<?xf32, #kopt.dims<"S">>
    } after {
      %0 = aten.silu %x : (tensor<?xf32, #kopt.dims<"S">>)
          -> tensor<?xf32, #kopt.dims<"S">>
      kopt.yield %0 : tensor<?xf32, #kopt.dims<"S">>
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    Kopt_RuleClassAttr:$rule_class,
    StrArrayAttr:$argument_names,
    OptionalAttr<StrArrayAttr>:$where,
    OptionalAttr<StrArrayAttr>:$sequences,
    OptionalAttr<TypeArrayAttr>:$element_types,
    OptionalAttr<StrAttr>:$doc,
    UnitAttr:$cleanup
  );
  let regions = (region SizedRegion<1>:$before, SizedRegion<1>:$after);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block *getBeforeBlock() { return &getBefore().front(); }
    ::mlir::Block *getAfterBlock() { return &getAfter().front(); }
    YieldOp getBeforeYield();
    YieldOp getAfterYield();

    /// Whether `name` stands for any number of dimensions.
    bool isSequence(::llvm::StringRef name);
    /// The value of *before* called `name`: an argument, or the first result
    /// of an operation with that `kopt.name`; null if there is none.
    ::mlir::Value lookupValue(::llvm::StringRef name);
    /// The conditions, parsed. Valid on a verified rule.
    ::llvm::SmallVector<Expression> getConditions();
  }];
}

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTRULES_TD
