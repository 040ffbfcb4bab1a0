//===- KGPUTypes.td - Types of the kgpu dialect ------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUTYPES_TD
#define KERNEL_OPT_DIALECT_KGPU_KGPUTYPES_TD

include "kernel-opt/Dialect/KGPU/KGPUDialect.td"
include "mlir/IR/AttrTypeBase.td"

class KGPU_Type<string name, string typeMnemonic>
    : TypeDef<KGPU_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def KGPU_MBarriersType : KGPU_Type<"MBarriers", "mbarriers"> {
  let summary = "an array of mbarriers in shared memory";
  let description = [{
    `count` mbarrier objects of 8 bytes each. Example: `!kgpu.mbarriers<4>`.
  }];
  let parameters = (ins "int64_t":$count);
  let assemblyFormat = "`<` $count `>`";
  let genVerifyDecl = 1;
}

def KGPU_TensorMapType : KGPU_Type<"TensorMap", "tensor_map"> {
  let summary = "a view of a global memref for the tensor memory accelerator";
  let description = [{
    The box that one TMA operation moves, its element type, and the swizzle
    (bytes) that the shared-memory side has. Dimensions stand in the order of
    the memref's. Example: `!kgpu.tensor_map<128x64xbf16, swizzle = 128>`.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$box,
                        "::mlir::Type":$elementType, "unsigned":$swizzle);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Bytes that one box holds, and so what it adds to an mbarrier.
    int64_t getBoxBytes() const;
  }];
}

def KGPU_PendingType : KGPU_Type<"Pending", "pending"> {
  let summary = "registers that an asynchronous matrix instruction still writes";
  let description = [{
    Becomes a vector by `kgpu.wgmma_wait`; may be passed to a further
    `kgpu.wgmma` that accumulates into it, through structured control flow, and
    to nothing else. Example: `!kgpu.pending<128xf32>`.
  }];
  let parameters = (ins "int64_t":$count, "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUTYPES_TD
