//===- KoptOps.td - Operations of the kopt dialect ---------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTOPS_TD
#define KERNEL_OPT_DIALECT_KOPT_KOPTOPS_TD

include "kernel-opt/Dialect/Kopt/KoptAttrs.td"
include "kernel-opt/Dialect/Kopt/KoptDialect.td"
include "kernel-opt/Dialect/Kopt/KoptRules.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

def Kopt_KernelOp : Kopt_Op<"kernel", [
    IsolatedFromAbove, SingleBlock, NoMemoryEffect, RecursivelySpeculatable
  ]> {
  let summary = "tensor operations that become one launch";
  let description = [{
    The region holds operations on tensors (linalg, tensor, arith, math, and
    aten before it is lowered); it reads nothing but the operands and defines
    nothing but the results. A kernel never owns a buffer: the function around
    it is the launch plan.

    The name says which schedule and which GPU function belong to the kernel.
    It is unique in a module but for copies: kernels of one name are equal.
    `contract` is the contract that the kernel was formed under; without it,
    the contract of the function around it holds.

    ```mlir
    %r = kopt.kernel @relu (%a = %x : tensor<64xf32>) -> (tensor<64xf32>) {
      %zero = arith.constant 0.0 : f32
      %init = tensor.empty() : tensor<64xf32>
      %max = linalg.map ins(%a : tensor<64xf32>) outs(%init : tensor<64xf32>)
        (%v: f32, %out: f32) {
          %m = arith.maximumf %v, %zero : f32
          linalg.yield %m : f32
        }
      kopt.yield %max : tensor<64xf32>
    }
    ```
  }];
  let arguments = (ins
    StrAttr:$kernel_name,
    Variadic<AnyType>:$inputs,
    OptionalAttr<Kopt_ContractAttr>:$contract
  );
  let results = (outs Variadic<AnyType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let builders = [
    OpBuilder<(ins "::mlir::TypeRange":$results, "::llvm::StringRef":$name,
      "::mlir::ValueRange":$inputs), [{
        build($_builder, $_state, results, name, inputs, ContractAttr());
        // One block with an argument for each operand, without terminator.
        ::mlir::Block &block = $_state.regions.front()->emplaceBlock();
        for (::mlir::Value input : inputs)
          block.addArgument(input.getType(), input.getLoc());
    }]>
  ];
  let extraClassDeclaration = [{
    ::mlir::Block *getBlock() { return &getBody().front(); }
    YieldOp getYield();
  }];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
}

def Kopt_YieldOp : Kopt_Op<"yield", [
    Pure, ReturnLike, Terminator, ParentOneOf<["KernelOp", "RuleOp"]>]> {
  let summary = "results of a kernel or of a side of a rule";
  let description = [{
    Ends the region of a `kopt.kernel` or a region of a `kopt.rule` and names
    its results.

    ```mlir
    kopt.yield %sum, %max : tensor<8xf32>, tensor<8xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, {}); }]>];
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

def Kopt_LaunchOp : Kopt_Op<"launch", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>
  ]> {
  let summary = "launch of a GPU kernel on tensors or memrefs";
  let description = [{
    Runs a `gpu.func` on the given grid. The kernel's arguments are `ins`, then
    `outs`, then `workspace`. It reads `ins`, defines every element of `outs`
    without reading what was there, and uses `workspace` as it likes: what that
    holds afterwards is not known, what it holds before is what the operand
    says (nothing, if that is a `tensor.empty`).

    On tensors it is in destination-passing style: result i is what becomes of
    `outs` i, so that it sits between upstream passes and bufferizes. On
    memrefs there are no results. Tensors and memrefs are not mixed.

    Units: `grid` in blocks (in clusters' blocks, as in CUDA), `block` in
    threads, `cluster` in blocks, `shared` in bytes of dynamic shared memory.
    With `cooperative`, all blocks of the grid are resident together.

    ```mlir
    %r = kopt.launch @module::@kernel grid(128, 1, 1) block(256, 1, 1)
           shared 49152 ins(%a : tensor<4096xf32>) outs(%i : tensor<4096xf32>)
           -> tensor<4096xf32>
    ```
  }];
  let arguments = (ins
    SymbolRefAttr:$kernel,
    Variadic<Index>:$grid,
    DenseI64ArrayAttr:$static_grid,
    DenseI64ArrayAttr:$block,
    OptionalAttr<DenseI64ArrayAttr>:$cluster,
    DefaultValuedAttr<I64Attr, "0">:$shared,
    UnitAttr:$cooperative,
    Variadic<AnyType>:$inputs,
    Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>>:$outputs,
    Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>>:$workspaces
  );
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $kernel `grid` `(` custom<Sizes>($grid, $static_grid) `)`
    `block` `(` custom<StaticSizes>($block) `)`
    (`cluster` `(` custom<StaticSizes>($cluster)^ `)`)?
    (`shared` $shared^)? (`cooperative` $cooperative^)?
    (`ins` `(` $inputs^ `:` type($inputs) `)`)?
    (`outs` `(` $outputs^ `:` type($outputs) `)`)?
    (`workspace` `(` $workspaces^ `:` type($workspaces) `)`)?
    attr-dict (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getOutputsMutable();
    }
    /// Number of blocks in x, y and z.
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedGrid();
    /// All arguments of the GPU function, in its order.
    ::llvm::SmallVector<::mlir::Value> getKernelArguments();
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Fusion plans
//===----------------------------------------------------------------------===//

def Kopt_FusionOp : Kopt_Op<"fusion", [Symbol]> {
  let summary = "which operations of a function become one kernel";
  let description = [{
    For each kernel its name and the operations that it consists of, named by
    their identifiers: `kopt.id` where an operation carries it; otherwise the
    operation's name without the dialect and its number among operations of
    that name in the function, counted from 0 in the order of the text
    (`matmul_0`, `generic_3`). `kopt-number-ops` writes them into the IR.

    Operations that compute nothing (constants, fills, reshapes, transposes,
    slices, paddings) need not be named: each kernel gets a copy of those that
    it reads through. One that is named is computed by that kernel alone and
    stored. All other operations must be named to be part of a kernel of the
    plan. What no kernel names is fused by the default plan, or, with
    `rest separate`, becomes a kernel for each operation.

    Without `for`, the plan is for any function. A plan is refused where a
    kernel would have to wait for itself.

    ```mlir
    kopt.fusion @plan for @forward {
      scores = ["matmul_0", "generic_0"], output = ["matmul_1"]
    } rest separate
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    OptionalAttr<FlatSymbolRefAttr>:$function,
    DictionaryAttr:$kernels,
    DefaultValuedAttr<Kopt_RestAttr, "::kernel_opt::kopt::Rest::Default">:$rest
  );
  let assemblyFormat = [{
    $sym_name (`for` $function^)? $kernels (`rest` $rest^)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTOPS_TD
