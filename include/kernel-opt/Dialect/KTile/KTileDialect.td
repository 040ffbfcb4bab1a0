//===- KTileDialect.td - The ktile dialect -----------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KTILE_KTILEDIALECT_TD
#define KERNEL_OPT_DIALECT_KTILE_KTILEDIALECT_TD

include "mlir/IR/OpBase.td"

def KTile_Dialect : Dialect {
  let name = "ktile";
  let cppNamespace = "::kernel_opt::ktile";
  let summary = "one block's program over tiles";
  let description = [{
    The form between linalg on whole tensors and the per-thread scheduled IR. A
    tile is a value of type `tensor<128x64xf32>`, every extent a power of two,
    that the threads of a block hold together. Element-wise work is plain `arith`
    and `math` on tensors; control is `scf`. A tensor encoding
    `#ktile.layout<...>` says which register of which lane of which warp holds
    which element; programs are valid with and without.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

class KTile_Op<string mnemonic, list<Trait> traits = []>
    : Op<KTile_Dialect, mnemonic, traits>;

#endif // KERNEL_OPT_DIALECT_KTILE_KTILEDIALECT_TD
