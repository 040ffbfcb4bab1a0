//===- Passes.td - Passes that form and launch kernels -----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_PASSES_TD
#define KERNEL_OPT_KERNEL_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineIslands : Pass<"kopt-outline-islands", "::mlir::ModuleOp"> {
  let summary = "move what kernels can hold out of functions with foreign code";
  let description = [{
    A function that holds nothing but operations on tensors (linalg, tensor,
    arith, math, aten) stays as it is. In any other, each maximal group of such
    operations becomes a private function of its own, called where its results
    are first needed; that also holds inside of control flow. Everything else
    stays in place and in order: calls, control flow, memory, operations of
    other dialects. All of it is reported at once, by remarks with names and
    locations; with `require-all` by errors, and nothing is changed.

    Constants and empty tensors are copied into the islands that use them;
    islands have the contract of the function that they come from.

    Before:

    ```mlir
    func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> {
      %0 = math.exp %x : tensor<8xf32>
      %1 = call @outside(%0) : (tensor<8xf32>) -> tensor<8xf32>
      return %1 : tensor<8xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> {
      %0 = call @f_island(%x) : (tensor<8xf32>) -> tensor<8xf32>
      %1 = call @outside(%0) : (tensor<8xf32>) -> tensor<8xf32>
      return %1 : tensor<8xf32>
    }
    func.func private @f_island(%x: tensor<8xf32>) -> tensor<8xf32> {
      %0 = math.exp %x : tensor<8xf32>
      return %0 : tensor<8xf32>
    }
    ```

    (* example filepath=test/Kernel/outline-islands.mlir *)
  }];
  let options = [
    Option<"requireAll", "require-all", "bool", /*default=*/"false",
           "Make it an error if anything cannot be part of a kernel">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def NumberOps : Pass<"kopt-number-ops", "::mlir::ModuleOp"> {
  let summary = "write the identifiers that fusion plans use into the IR";
  let description = [{
    Gives each operation on tensors that stands in a function, or in control
    flow there, the attribute `kopt.id`: its name without the dialect and its
    number among operations of that name in the function. An operation that has
    one keeps it.

    Before:

    ```mlir
    %c = linalg.matmul ins(%a, %b : ...) outs(%i : ...) -> tensor<8x8xf32>
    ```

    After:

    ```mlir
    %c = linalg.matmul {kopt.id = "matmul_0"} ins(%a, %b : ...) outs(%i : ...)
           -> tensor<8x8xf32>
    ```

    (* example filepath=test/Kernel/number-ops.mlir *)
  }];
}

def FormKernels : Pass<"kopt-form-kernels", "::mlir::ModuleOp"> {
  let summary = "group operations on tensors into kernels";
  let description = [{
    Moves all operations on tensors of each function into `kopt.kernel`s. What
    remains in the function is its launch plan: kernels, views (expand_shape,
    collapse_shape, cast), constants, sizes, and what is foreign.

    Which operations become one kernel is said by a `kopt.fusion`: one of the
    file `plan-file`, or, without a file, of the module itself; one that is for
    the function before one that is for any. Without a plan, or for operations
    that it leaves to the default, these rules hold:

    * elementwise operations join what they read: as epilogue of a product or
      window, or in one kernel with reductions whose rows they share;
    * reductions join what they read if no product or window computes it; where
      the result is used again in the same kernel (softmax, normalization), the
      operations must share at least 64 rows, or be small;
    * two products are joined only if a reduction stands between them and all
      three share rows (attention), and the heads fit on the chip; elementwise
      operations on the result join;
    * a product or window takes in, as prologue, only a few simple operations
      that nobody else reads;
    * fills, reshapes, transposes, slices and paddings are copied into the
      kernels that read through them, as is elementwise work on inputs that are
      much smaller than what is computed with it;
    * a value that several kernels read is stored once, by the kernel that
      computes it.

    Kernels are named after the function and what they do.

    Before:

    ```mlir
    %0 = linalg.matmul ins(%a, %b : ...) outs(%i : ...) -> tensor<64x64xf32>
    %1 = linalg.exp ins(%0 : ...) outs(%j : ...) -> tensor<64x64xf32>
    ```

    After:

    ```mlir
    %1 = kopt.kernel @f_matmul (%x = %a : ..., %y = %b : ...)
        -> (tensor<64x64xf32>) {
      %2 = linalg.matmul ins(%x, %y : ...) outs(...) -> tensor<64x64xf32>
      %3 = linalg.generic ... ins(%2 : ...) { math.exp ... }
      kopt.yield %3 : tensor<64x64xf32>
    }
    ```

    (* example filepath=test/Kernel/form-kernels.mlir *)
  }];
  let options = [
    Option<"planFile", "plan-file", "std::string", /*default=*/"",
           "File with the fusion plans; the module itself when empty">,
    Option<"normalize", "normalize", "bool", /*default=*/"true",
           "Bring kernels into the form that schedules expect">
  ];
  let dependentDialects = [
    "::kernel_opt::kopt::KoptDialect",
    "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def SplitFactors : Pass<"kopt-split-factors", "::mlir::ModuleOp"> {
  let summary = "split the f32 factors of large products in kernels of their own";
  let description = [{
    A kernel that multiplies matrices of f32 becomes one that sums the products
    of bf16 parts of its factors, which tensor cores multiply. The parts come
    from kernels of their own, so that each element is split once; those of a
    parameter that does not change can be made before the first call. Rows of
    parts are padded to multiples of 16 bytes.

    Factors of 16 bits are taken as they are; where their rows are no multiples of
    16 bytes, which the tensor memory accelerator asks for, or do not begin at lines
    of the cache though they are read often, kernels of their own copy them into
    rows that do.

    Before:

    ```mlir
    %c = kopt.kernel @f_matmul (%x = %a : tensor<4096x4096xf32>, ...) -> (tensor<4096x4096xf32>) {
      linalg.matmul ...
    }
    ```

    After:

    ```mlir
    %x:3 = kopt.kernel @split_4096x4096 (%p = %a : tensor<4096x4096xf32>)
        -> (tensor<4096x4096xbf16>, tensor<4096x4096xbf16>, tensor<4096x4096xbf16>) {...}
    %y:3 = kopt.kernel @split_4096x4096 (%p = %b : tensor<4096x4096xf32>) -> (...) {...}
    %c = kopt.kernel @f_matmul (%x0 = %x#0 : tensor<4096x4096xbf16>, ...) -> (tensor<4096x4096xf32>) {
      linalg.generic ... // six products of parts
    }
    ```

    (* example filepath=test/Kernel/split-factors.mlir *)
  }];
  let options = [
    Option<"leastReuse", "least-reuse", "int64_t", /*default=*/"640",
           "Multiplications that each element takes part in, at least">,
    Option<"leastResults", "least-results", "int64_t", /*default=*/"1048576",
           "Results of a product, at least">
  ];
  let dependentDialects = [
    "::kernel_opt::kopt::KoptDialect",
    "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def ShareKernels : Pass<"kopt-share-kernels", "::mlir::ModuleOp"> {
  let summary = "give equal kernels one name";
  let description = [{
    Kernels that compute the same get the name of the first of them: one program
    is scheduled, checked and compiled for all, as in a network of many equal
    layers. Those that stand for a whole one (`kopt.whole`) must do so in the
    same way, with equal kernels before them.

    Before:

    ```mlir
    %a = kopt.kernel @exp (%v = %x : tensor<8xf32>) -> (tensor<8xf32>) {
      %0 = math.exp %v : tensor<8xf32>
      kopt.yield %0 : tensor<8xf32>
    }
    %b = kopt.kernel @again (%v = %a : tensor<8xf32>) -> (tensor<8xf32>) {
      %0 = math.exp %v : tensor<8xf32>
      kopt.yield %0 : tensor<8xf32>
    }
    ```

    After:

    ```mlir
    %a = kopt.kernel @exp (%v = %x : tensor<8xf32>) -> (tensor<8xf32>) {
      %0 = math.exp %v : tensor<8xf32>
      kopt.yield %0 : tensor<8xf32>
    }
    %b = kopt.kernel @exp (%v = %a : tensor<8xf32>) -> (tensor<8xf32>) {
      %0 = math.exp %v : tensor<8xf32>
      kopt.yield %0 : tensor<8xf32>
    }
    ```

    (* example filepath=test/Kernel/share-kernels.mlir *)
  }];
}

def InlineKernels : Pass<"kopt-inline-kernels"> {
  let summary = "put the operations of kernels in their place";
  let description = [{
    The inverse of forming kernels: what remains is a program for any target of
    linalg, which computes the same. Reference results come from there.

    Before:

    ```mlir
    %r = kopt.kernel @k (%a = %x : tensor<8xf32>) -> (tensor<8xf32>) {
      %0 = math.exp %a : tensor<8xf32>
      kopt.yield %0 : tensor<8xf32>
    }
    ```

    After:

    ```mlir
    %r = math.exp %x : tensor<8xf32>
    ```

    (* example filepath=test/Kernel/inline-kernels.mlir *)
  }];
}

def LaunchToGPU : Pass<"kopt-launch-to-gpu", "::mlir::ModuleOp"> {
  let summary = "turn launches on memrefs into gpu.launch_func";
  let description = [{
    Replaces each `kopt.launch` by a `gpu.launch_func` with the arguments in
    the kernel's order. Runs after bufferization; a launch on tensors is an
    error. So is a cooperative one, which `gpu.launch_func` cannot express, and
    one that passes a memref with another layout than the kernel takes.

    Before:

    ```mlir
    kopt.launch @m::@copy grid(16, 1, 1) block(64, 1, 1) shared 128
      ins(%a : memref<1024xf32>) outs(%b : memref<1024xf32>)
    ```

    After:

    ```mlir
    gpu.launch_func @m::@copy blocks in (%c16, %c1, %c1)
      threads in (%c64, %c1, %c1) dynamic_shared_memory_size %c128_i32
      args(%a : memref<1024xf32>, %b : memref<1024xf32>)
    ```

    (* example filepath=test/Kernel/launch-to-gpu.mlir *)
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect",
    "::mlir::gpu::GPUDialect"
  ];
}

#endif // KERNEL_OPT_KERNEL_PASSES_TD
