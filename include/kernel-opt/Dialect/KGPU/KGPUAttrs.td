//===- KGPUAttrs.td - Attributes of the kgpu dialect -------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUATTRS_TD
#define KERNEL_OPT_DIALECT_KGPU_KGPUATTRS_TD

include "kernel-opt/Dialect/KGPU/KGPUDialect.td"
include "kernel-opt/Dialect/KGPU/KGPUEnums.td"
include "mlir/IR/AttrTypeBase.td"

class KGPU_Attr<string name, string attrMnemonic>
    : AttrDef<KGPU_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def KGPU_SharedAttr : KGPU_Attr<"Shared", "shared"> {
  let summary = "memory space: shared memory of the block";
  let description = [{
    The memory space of buffers made by `kgpu.alloc_shared`. `swizzle` is the
    width in bytes of the swizzle span (0, 32, 64 or 128). With a swizzle, bits
    of the byte offset b from the beginning of the buffer are permuted as the
    tensor memory accelerator and `wgmma` do (PTX ISA, "Shared memory layout /
    swizzling modes"): the number of a 16-byte unit, b / 16, is combined by XOR
    with (b / 128) mod (swizzle / 16). Indexing of such a buffer stays logical;
    lowering applies the XOR. Example:

    ```mlir
    memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>
    ```
  }];
  let parameters = (ins DefaultValuedParameter<"unsigned", "0">:$swizzle);
  let assemblyFormat = "(`<` struct($swizzle)^ `>`)?";
  let genVerifyDecl = 1;
}

class KGPU_EnumAttr<I32EnumAttr enum, string attrMnemonic>
    : EnumAttr<KGPU_Dialect, enum, attrMnemonic>;

def KGPU_CombineAttr : KGPU_EnumAttr<KGPU_CombineEnum, "combine">;
def KGPU_CacheAttr : KGPU_EnumAttr<KGPU_CacheEnum, "cache">;
def KGPU_ScopeAttr : KGPU_EnumAttr<KGPU_ScopeEnum, "scope">;
def KGPU_FenceAttr : KGPU_EnumAttr<KGPU_FenceEnum, "fence_kind">;

// Stands in an attribute dictionary, where `#kgpu.major<mn>` reads better.
def KGPU_MajorAttr : KGPU_EnumAttr<KGPU_MajorEnum, "major"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUATTRS_TD
