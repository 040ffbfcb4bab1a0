//===- KGPUEnums.td - Enumerations of the kgpu dialect -----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUENUMS_TD
#define KERNEL_OPT_DIALECT_KGPU_KGPUENUMS_TD

include "mlir/IR/EnumAttr.td"

class KGPU_Enum<string name, string doc, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, doc, cases> {
  let cppNamespace = "::kernel_opt::kgpu";
  let genSpecializedAttr = 0;
}

def KGPU_CombineEnum : KGPU_Enum<"CombineKind",
    "how two values are combined in a reduction", [
  I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Mul", 1, "mul">,
  I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Min", 3, "min">,
  I32EnumAttrCase<"MaxNum", 4, "maxnum">,
  I32EnumAttrCase<"MinNum", 5, "minnum">,
  I32EnumAttrCase<"MaxU", 6, "maxu">, I32EnumAttrCase<"MinU", 7, "minu">,
  I32EnumAttrCase<"And", 8, "and">, I32EnumAttrCase<"Or", 9, "or">,
  I32EnumAttrCase<"Xor", 10, "xor">
]>;

def KGPU_CacheEnum : KGPU_Enum<"CacheHint",
    "cache behaviour of a global access", [
  I32EnumAttrCase<"Default", 0, "default">,
  I32EnumAttrCase<"Streaming", 1, "streaming">,
  I32EnumAttrCase<"EvictFirst", 2, "evict_first">,
  I32EnumAttrCase<"EvictLast", 3, "evict_last">,
  I32EnumAttrCase<"NoAllocate", 4, "no_allocate">,
  I32EnumAttrCase<"CacheGlobal", 5, "cache_global">
]>;

def KGPU_ScopeEnum : KGPU_Enum<"Scope",
    "threads that an ordering operation speaks to", [
  I32EnumAttrCase<"Block", 0, "block">,
  I32EnumAttrCase<"Cluster", 1, "cluster">,
  I32EnumAttrCase<"Device", 2, "device">
]>;

def KGPU_MajorEnum : KGPU_Enum<"Major",
    "which matrix dimension is contiguous in memory", [
  I32EnumAttrCase<"K", 0, "k">, I32EnumAttrCase<"MN", 1, "mn">
]>;

def KGPU_FenceEnum : KGPU_Enum<"FenceKind", "what a fence orders", [
  I32EnumAttrCase<"AsyncShared", 0, "async_shared">,
  I32EnumAttrCase<"AsyncGlobal", 1, "async_global">,
  I32EnumAttrCase<"Block", 2, "block">,
  I32EnumAttrCase<"Device", 3, "device">,
  I32EnumAttrCase<"MBarrierInit", 4, "mbarrier_init">
]>;

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUENUMS_TD
