//===- KGPUOps.td - Operations of the kgpu dialect ---------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUOPS_TD
#define KERNEL_OPT_DIALECT_KGPU_KGPUOPS_TD

include "kernel-opt/Dialect/KGPU/KGPUAttrs.td"
include "kernel-opt/Dialect/KGPU/KGPUInterfaces.td"
include "kernel-opt/Dialect/KGPU/KGPUTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def KGPU_Register : AnyTypeOf<[AnyFloat, AnySignlessInteger, Index,
                               FixedVectorOfRankAndType<[1], [AnyFloat, AnySignlessInteger, Index]>]>;
def KGPU_Vector : FixedVectorOfRankAndType<[1], [AnyFloat, AnySignlessInteger]>;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

def KGPU_AllocSharedOp : KGPU_Op<"alloc_shared", [MemoryEffects<[MemAlloc]>]> {
  let summary = "a buffer in the block's shared memory";
  let description = [{
    Stands at the top level of the kernel. All buffers and mbarriers live in one
    dynamic shared-memory allocation of the kernel, one after the other in
    program order, each aligned to `alignment` bytes (swizzled buffers to 1024
    at least). Contents are undefined at first.

    ```mlir
    %a = kgpu.alloc_shared : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>>
    ```
  }];
  let arguments = (ins DefaultValuedAttr<I64Attr, "16">:$alignment);
  let results = (outs AnyStaticShapeMemRef:$buffer);
  let assemblyFormat = "attr-dict `:` type($buffer)";
  let hasVerifier = 1;
}

def KGPU_LoadOp : KGPU_Op<"load", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<KGPU_AccessInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "guarded load of consecutive elements into registers";
  let description = [{
    Loads n consecutive elements along the last dimension of `memref`, beginning
    at `indices`; n is the length of the result vector (1 for a scalar). With
    `if %p`, nothing is read and the result is `padding` where %p is false. With
    `valid %n`, element e is read if e < %n and is `padding` otherwise (%n may
    be negative or larger than the vector). Elements that are read must lie
    inside the memref; a vector may not run past the end of a row. A vector that
    is read whole is aligned to the largest power of two that divides its size,
    or to `alignment` bytes where that is given. In a swizzled buffer a vector
    lies within one 16-byte unit.

    ```mlir
    %v = kgpu.load %x[%i, %j] valid %n padding 0.0 : f32
      : memref<1000x777xf32> -> vector<4xf32>
    ```
  }];
  let arguments = (ins AnyMemRef:$memref, Variadic<Index>:$indices,
                       Optional<I1>:$predicate, Optional<Index>:$valid,
                       OptionalAttr<TypedAttrInterface>:$padding,
                       OptionalAttr<I64Attr>:$alignment,
                       DefaultValuedAttr<KGPU_CacheAttr, "::kernel_opt::kgpu::CacheHint::Default">:$cache);
  let results = (outs KGPU_Register:$result);
  let assemblyFormat = [{
    $memref `[` $indices `]` (`if` $predicate^)? (`valid` $valid^)?
    (`padding` $padding^)? (`cache` $cache^)? attr-dict `:` type($memref) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Type of the memref; the verifier makes sure that it is one.
    MemRefType getMemRefType() {
      return ::llvm::cast<MemRefType>(getMemref().getType());
    }
  }];
}

def KGPU_StoreOp : KGPU_Op<"store", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<KGPU_AccessInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "guarded store of consecutive elements";
  let description = [{
    The counterpart of `kgpu.load`: element e is written if the predicate holds
    and e < %n.

    ```mlir
    kgpu.store %v, %y[%i, %j] if %p : vector<4xf32>, memref<1000x776xf32>
    ```
  }];
  let arguments = (ins KGPU_Register:$value, AnyMemRef:$memref,
                       Variadic<Index>:$indices, Optional<I1>:$predicate,
                       Optional<Index>:$valid, OptionalAttr<I64Attr>:$alignment,
                       DefaultValuedAttr<KGPU_CacheAttr, "::kernel_opt::kgpu::CacheHint::Default">:$cache);
  let assemblyFormat = [{
    $value `,` $memref `[` $indices `]` (`if` $predicate^)? (`valid` $valid^)?
    (`cache` $cache^)? attr-dict `:` type($value) `,` type($memref)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Type of the memref; the verifier makes sure that it is one.
    MemRefType getMemRefType() {
      return ::llvm::cast<MemRefType>(getMemref().getType());
    }
  }];
}

//===----------------------------------------------------------------------===//
// Asynchronous copies (cp.async)
//===----------------------------------------------------------------------===//

def KGPU_AsyncCopyOp : KGPU_Op<"async_copy", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<KGPU_AccessInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "asynchronous copy of 4, 8 or 16 bytes from global to shared memory";
  let description = [{
    Copies `count` consecutive elements (4, 8 or 16 bytes together); with `if
    %p` false, zeros are written instead. The copy belongs to the issuing
    thread's current group (`kgpu.async_commit`) and is finished for that thread
    after the `kgpu.async_wait` that covers the group, for others after a
    barrier that follows. (PTX: `cp.async`.)

    ```mlir
    kgpu.async_copy %x[%i, %k], %s[%r, %c] if %p {count = 4}
      : memref<128x512xf32>, memref<32x64xf32, #kgpu.shared>
    ```
  }];
  let arguments = (ins AnyMemRef:$src, Variadic<Index>:$srcIndices, AnyMemRef:$dst,
                       Variadic<Index>:$dstIndices, Optional<I1>:$predicate, I64Attr:$count);
  let assemblyFormat = [{
    $src `[` $srcIndices `]` `,` $dst `[` $dstIndices `]` (`if` $predicate^)?
    attr-dict `:` type($src) `,` type($dst)
  }];
  let hasVerifier = 1;
}

def KGPU_AsyncCommitOp : KGPU_Op<"async_commit", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "closes the thread's current group of asynchronous copies";
  let assemblyFormat = "attr-dict";
  let description = [{
    ```mlir
    kgpu.async_commit
    ```
  }];
}

def KGPU_AsyncWaitOp : KGPU_Op<"async_wait", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "waits until at most `pending` groups of the thread are unfinished";
  let arguments = (ins I64Attr:$pending);
  let assemblyFormat = "$pending attr-dict";
  let description = [{
    ```mlir
    kgpu.async_wait 1
    ```
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Warp-wide operations
//===----------------------------------------------------------------------===//

def KGPU_WarpReduceOp : KGPU_Op<"warp_reduce", [Pure, AllTypesMatch<["value", "result"]>]> {
  let summary = "reduction over lanes of a warp by a fixed tree";
  let description = [{
    Combines each element with the one of the lane whose number differs in bit
    b, for each b of `lane_bits` in the given order; all lanes of the warp must
    take part and all end with the same bits where the combination is
    commutative. Equal to one `gpu.shuffle xor` and one combination per bit.

    ```mlir
    %s = kgpu.warp_reduce add %v lane_bits [4, 3, 2, 1, 0] : f32
    ```
  }];
  let arguments = (ins KGPU_CombineAttr:$kind, KGPU_Register:$value, DenseI64ArrayAttr:$laneBits);
  let results = (outs KGPU_Register:$result);
  let assemblyFormat = "$kind $value `lane_bits` $laneBits attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def KGPU_MmaOp : KGPU_Op<"mma", [Pure, AllTypesMatch<["acc", "result"]>]> {
  let summary = "warp-wide matrix product with accumulation (mma.sync)";
  let description = [{
    D = A * B + C with shape m16n8kK. Register contents follow the PTX ISA
    ("Matrix fragments for mma.m16n8k*"). Element types: f16, bf16 (K = 8 or
    16), tf32 carried in f32 (K = 4 or 8, the low 13 bits are ignored);
    accumulation in f32.

    ```mlir
    %d = kgpu.mma %a, %b, %c {shape = array<i64: 16, 8, 16>}
      : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
    ```
  }];
  let arguments = (ins KGPU_Vector:$a, KGPU_Vector:$b, KGPU_Vector:$acc, DenseI64ArrayAttr:$shape);
  let results = (outs KGPU_Vector:$result);
  let assemblyFormat = "$a `,` $b `,` $acc attr-dict `:` type($a) `,` type($b) `,` type($acc)";
  let hasVerifier = 1;
}

def KGPU_LoadMatrixOp : KGPU_Op<"load_matrix", [
    DeclareOpInterfaceMethods<KGPU_AccessInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "warp-wide load of 8x8 matrices of 16-bit elements from shared memory (ldmatrix)";
  let description = [{
    Each lane names one 16-byte row: lanes 0-7 those of the first matrix, 8-15
    of the second, and so on; the result has two elements per matrix. With
    `transpose`, matrices are transposed on the way.

    ```mlir
    %a = kgpu.load_matrix %s[%r, %c]
      : memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> vector<8xbf16>
    ```
  }];
  let arguments = (ins AnyMemRef:$memref, Variadic<Index>:$indices, UnitAttr:$transpose);
  let results = (outs KGPU_Vector:$result);
  let assemblyFormat = "$memref `[` $indices `]` (`transpose` $transpose^)? attr-dict `:` type($memref) `->` type($result)";
  let hasVerifier = 1;
}

def KGPU_StoreMatrixOp : KGPU_Op<"store_matrix", [
    DeclareOpInterfaceMethods<KGPU_AccessInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "warp-wide store of 8x8 matrices of 16-bit elements to shared memory (stmatrix)";
  let description = [{
    The counterpart of `kgpu.load_matrix`.

    ```mlir
    kgpu.store_matrix %v, %s[%r, %c]
      : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
    ```
  }];
  let arguments = (ins KGPU_Vector:$value, AnyMemRef:$memref, Variadic<Index>:$indices, UnitAttr:$transpose);
  let assemblyFormat = "$value `,` $memref `[` $indices `]` (`transpose` $transpose^)? attr-dict `:` type($value) `,` type($memref)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Barriers, fences, signals
//===----------------------------------------------------------------------===//

class KGPU_SyncOp<string mnemonic, list<Trait> traits = []>
    : KGPU_Op<mnemonic, !listconcat(traits, [MemoryEffects<[MemRead, MemWrite]>])>;

def KGPU_NamedBarrierOp : KGPU_SyncOp<"named_barrier"> {
  let summary = "barrier among a multiple of 32 threads of the block";
  let description = [{
    Barrier `id` (1 to 15; 0 is `gpu.barrier`'s) for `threads` threads. With
    `arrive`, the warp does not wait.

    ```mlir
    kgpu.named_barrier 1 threads 128
    ```
  }];
  let arguments = (ins I64Attr:$id, I64Attr:$threads, UnitAttr:$arrive);
  let assemblyFormat = "$id `threads` $threads (`arrive` $arrive^)? attr-dict";
  let hasVerifier = 1;
}

def KGPU_FenceOp : KGPU_SyncOp<"fence"> {
  let summary = "orders the memory accesses of the executing thread";
  let description = [{
    `async_shared` and `async_global` order ordinary accesses with those of the
    async proxy (TMA, wgmma); `block` and `device` are memory fences of that
    scope; `mbarrier_init` makes initialized mbarriers visible to the cluster.

    ```mlir
    kgpu.fence async_shared
    ```
  }];
  let arguments = (ins KGPU_FenceAttr:$kind);
  let assemblyFormat = "$kind attr-dict";
}

def KGPU_MBarrierAllocOp : KGPU_SyncOp<"mbarrier_alloc"> {
  let summary = "mbarriers in the block's shared memory";
  let description = [{
    ```mlir
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<4>
    ```
  }];
  let results = (outs KGPU_MBarriersType:$barriers);
  let assemblyFormat = "attr-dict `:` qualified(type($barriers))";
  let hasVerifier = 1;
}

def KGPU_MBarrierInitOp : KGPU_SyncOp<"mbarrier_init"> {
  let summary = "initializes one mbarrier for `arrivals` arrivals per phase";
  let description = [{
    ```mlir
    kgpu.mbarrier_init %full[%i] arrivals 1 : !kgpu.mbarriers<4>
    ```
  }];
  let arguments = (ins KGPU_MBarriersType:$barriers, Index:$index, I64Attr:$arrivals);
  let assemblyFormat = "$barriers `[` $index `]` `arrivals` $arrivals attr-dict `:` qualified(type($barriers))";
  let hasVerifier = 1;
}

def KGPU_MBarrierArriveOp : KGPU_SyncOp<"mbarrier_arrive", [AttrSizedOperandSegments]> {
  let summary = "arrives at an mbarrier, optionally announcing bytes to come";
  let description = [{
    One arrival of the executing thread. With `expect %bytes`, the phase also
    waits for that many bytes of asynchronous copies. With `in %rank`, the
    mbarrier is the one of that block of the cluster. With `if %p`, threads
    where %p is false do nothing.

    ```mlir
    kgpu.mbarrier_arrive %full[%i] expect %bytes if %leader : !kgpu.mbarriers<4>
    ```
  }];
  let arguments = (ins KGPU_MBarriersType:$barriers, Index:$index, Optional<Index>:$bytes,
                       Optional<Index>:$rank, Optional<I1>:$predicate);
  let assemblyFormat = [{
    $barriers `[` $index `]` (`expect` $bytes^)? (`in` $rank^)? (`if` $predicate^)? attr-dict `:` qualified(type($barriers))
  }];
}

def KGPU_MBarrierWaitOp : KGPU_SyncOp<"mbarrier_wait"> {
  let summary = "waits for the phase of the given parity to complete";
  let description = [{
    ```mlir
    kgpu.mbarrier_wait %full[%i] parity %p : !kgpu.mbarriers<4>
    ```
  }];
  let arguments = (ins KGPU_MBarriersType:$barriers, Index:$index, I1:$parity);
  let assemblyFormat = "$barriers `[` $index `]` `parity` $parity attr-dict `:` qualified(type($barriers))";
}

def KGPU_GridBarrierOp : KGPU_SyncOp<"grid_barrier"> {
  let summary = "barrier among all blocks of the grid";
  let description = [{
    All threads of all blocks take part; memory accesses before it are visible
    after it to the whole device. The grid must be resident at once (the launch
    plan makes it a cooperative launch). `counter` is one i32 of zeroed
    workspace that belongs to this barrier alone.

    ```mlir
    kgpu.grid_barrier %ws[%c0] : memref<4xi32>
    ```
  }];
  let arguments = (ins AnyMemRef:$counter, Variadic<Index>:$indices);
  let assemblyFormat = "$counter `[` $indices `]` attr-dict `:` type($counter)";
  let hasVerifier = 1;
}

def KGPU_SignalOp : KGPU_SyncOp<"signal", [AttrSizedOperandSegments]> {
  let summary = "publishes a value with release order";
  let description = [{
    The executing thread writes an i32 or i64 so that whoever reads it through
    `kgpu.wait` of the same scope also sees all that this thread, and the
    threads it has synchronized with, wrote before. With `if %p`, other threads
    do nothing.

    ```mlir
    kgpu.signal %flags[%i], %v scope device if %leader : memref<132xi32>, i32
    ```
  }];
  let arguments = (ins AnyMemRef:$memref, Variadic<Index>:$indices, AnySignlessInteger:$value,
                       KGPU_ScopeAttr:$scope, Optional<I1>:$predicate);
  let assemblyFormat = [{
    $memref `[` $indices `]` `,` $value `scope` $scope (`if` $predicate^)? attr-dict `:` type($memref) `,` type($value)
  }];
  let hasVerifier = 1;
}

def KGPU_WaitOp : KGPU_SyncOp<"wait", [AllTypesMatch<["least", "value"]>]> {
  let summary = "waits until a published value is at least `least`, with acquire order";
  let description = [{
    Blocks the executing threads until the value read is, as a signed integer,
    at least `least`; gives that value.

    ```mlir
    %v = kgpu.wait %flags[%i] least %one scope device : memref<132xi32>, i32
    ```
  }];
  let arguments = (ins AnyMemRef:$memref, Variadic<Index>:$indices, AnySignlessInteger:$least,
                       KGPU_ScopeAttr:$scope);
  let results = (outs AnySignlessInteger:$value);
  let assemblyFormat = [{
    $memref `[` $indices `]` `least` $least `scope` $scope attr-dict `:` type($memref) `,` type($value)
  }];
  let hasVerifier = 1;
}

def KGPU_ClusterBarrierOp : KGPU_SyncOp<"cluster_barrier"> {
  let summary = "barrier among all threads of the cluster";
  let description = [{
    With neither flag: arrive (release) and wait (acquire). With one flag, that
    half alone.

    ```mlir
    kgpu.cluster_barrier
    ```
  }];
  let arguments = (ins UnitAttr:$arrive, UnitAttr:$wait);
  let assemblyFormat = "(`arrive` $arrive^)? (`wait` $wait^)? attr-dict";
  let hasVerifier = 1;
}

def KGPU_ClusterSharedOp : KGPU_Op<"cluster_shared", [Pure, AllTypesMatch<["buffer", "result"]>]> {
  let summary = "the same shared buffer in another block of the cluster";
  let description = [{
    ```mlir
    %r = kgpu.cluster_shared %s in %rank : memref<128xf32, #kgpu.shared>
    ```
  }];
  let arguments = (ins AnyMemRef:$buffer, Index:$rank);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$buffer `in` $rank attr-dict `:` type($buffer)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Tensor memory accelerator
//===----------------------------------------------------------------------===//

def KGPU_TensorMapOp : KGPU_Op<"tensor_map", [Pure]> {
  let summary = "describes boxes of a kernel argument to the tensor memory accelerator";
  let description = [{
    Stands at the top level of the kernel. Becomes a kernel parameter that the
    launch plan encodes from the argument's buffer; rows must have strides of
    multiples of 16 bytes.

    ```mlir
    %t = kgpu.tensor_map %a
      : memref<4096x4096xbf16> to !kgpu.tensor_map<128x64xbf16, swizzle = 128>
    ```
  }];
  let arguments = (ins AnyStaticShapeMemRef:$memref);
  let results = (outs KGPU_TensorMapType:$map);
  let assemblyFormat = "$memref attr-dict `:` type($memref) `to` qualified(type($map))";
  let hasVerifier = 1;
}

def KGPU_TmaLoadOp : KGPU_SyncOp<"tma_load", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<KGPU_AccessInterface>]> {
  let summary = "copies one box from global to shared memory; completes on an mbarrier";
  let description = [{
    Issued by one thread (`if %p`). Elements outside the tensor arrive as zero;
    the mbarrier is credited with the whole box's bytes. `indices` select the
    leading dimensions (stage) of the destination. With `multicast %mask`, the
    box goes to the same place in each block of the cluster whose bit is set.

    ```mlir
    kgpu.tma_load %t[%m, %k], %s[%stage], %full[%stage] if %p
      : !kgpu.tensor_map<128x64xbf16, swizzle = 128>,
        memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>!kgpu.mbarriers<4>
    ```
  }];
  let arguments = (ins KGPU_TensorMapType:$map, Variadic<Index>:$coordinates, AnyMemRef:$dst,
                       Variadic<Index>:$dstIndices, KGPU_MBarriersType:$barriers, Index:$barrier,
                       Optional<I1>:$predicate, Optional<I16>:$multicast);
  let assemblyFormat = [{
    $map `[` $coordinates `]` `,` $dst `[` $dstIndices `]` `,` $barriers `[` $barrier `]`
    (`if` $predicate^)? (`multicast` $multicast^)? attr-dict `:` qualified(type($map)) `,` type($dst) `,` qualified(type($barriers))
  }];
  let hasVerifier = 1;
}

def KGPU_TmaStoreOp : KGPU_SyncOp<"tma_store", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<KGPU_AccessInterface>]> {
  let summary = "copies one box from shared to global memory";
  let description = [{
    Issued by one thread (`if %p`); elements outside the tensor are not written.
    Belongs to the thread's current bulk group.

    ```mlir
    kgpu.tma_store %s[%c0], %t[%m, %n] if %p
      : memref<1x128x64xbf16, #kgpu.shared<swizzle = 128>
        !kgpu.tensor_map<128x64xbf16, swizzle = 128>
    ```
  }];
  let arguments = (ins AnyMemRef:$src, Variadic<Index>:$srcIndices, KGPU_TensorMapType:$map,
                       Variadic<Index>:$coordinates, Optional<I1>:$predicate);
  let assemblyFormat = [{
    $src `[` $srcIndices `]` `,` $map `[` $coordinates `]` (`if` $predicate^)? attr-dict `:` type($src) `,` qualified(type($map))
  }];
  let hasVerifier = 1;
}

def KGPU_BulkCommitOp : KGPU_SyncOp<"bulk_commit"> {
  let summary = "closes the thread's current group of bulk stores";
  let assemblyFormat = "attr-dict";
  let description = [{
    ```mlir
    kgpu.bulk_commit
    ```
  }];
}

def KGPU_BulkWaitOp : KGPU_SyncOp<"bulk_wait"> {
  let summary = "waits until at most `pending` bulk groups of the thread are unfinished";
  let description = [{
    With `read`, it waits only until the sources have been read.

    ```mlir
    kgpu.bulk_wait 0 read
    ```
  }];
  let arguments = (ins I64Attr:$pending, UnitAttr:$read);
  let assemblyFormat = "$pending (`read` $read^)? attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Warpgroup matrix product
//===----------------------------------------------------------------------===//

def KGPU_WgmmaFenceOp : KGPU_SyncOp<"wgmma_fence"> {
  let summary = "orders register and shared accesses before the warpgroup's next wgmma";
  let assemblyFormat = "attr-dict";
  let description = [{
    ```mlir
    kgpu.wgmma_fence
    ```
  }];
}

def KGPU_WgmmaOp : KGPU_SyncOp<"wgmma", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<KGPU_AccessInterface>]> {
  let summary = "asynchronous matrix product of a warpgroup (wgmma.mma_async)";
  let description = [{
    D = A * B + C for one m64nNkK instruction, executed by the four warps of a
    warpgroup. A lies in shared memory (64 x K elements from `aIndices`) or in
    registers (`a` a vector, PTX register layout); B lies in shared memory (K x
    N from `bIndices`). C is a vector, a pending result that this op continues,
    or absent (zero). The result is read only through `kgpu.wgmma_wait`.
    Elements are f16, bf16, or tf32 carried in f32 (the low 13 bits are
    ignored); sums are f32.

    A matrix in shared memory lies in *panels* as wide as the swizzle span,
    which is the length in bytes of the buffer's last dimension.
    `aMajor`/`bMajor` say which matrix dimension is contiguous. For `k` the last
    two dimensions are (M or N, K). For `mn` (16-bit types only) they are (K, M
    or N); a matrix that is wider than one panel continues in the next one along
    the dimension before these: (panel, K, M or N). Indices name the first
    element: along the rows a multiple of 8, and for `mn` the beginning of a
    panel.

    ```mlir
    %d = kgpu.wgmma %a[%s, %m, %k], %b[%s, %p, %k, %n], %c {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>}
      : memref<4x128x64xbf16, #kgpu.shared<swizzle = 128>
        memref<4x2x64x64xbf16, #kgpu.shared<swizzle = 128>
        !kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
    ```
  }];
  let arguments = (ins AnyTypeOf<[AnyMemRef, KGPU_Vector]>:$a, Variadic<Index>:$aIndices,
                       AnyMemRef:$b, Variadic<Index>:$bIndices,
                       Optional<AnyTypeOf<[KGPU_Vector, KGPU_PendingType]>>:$acc,
                       DenseI64ArrayAttr:$shape,
                       DefaultValuedAttr<KGPU_MajorAttr, "::kernel_opt::kgpu::Major::K">:$aMajor,
                       DefaultValuedAttr<KGPU_MajorAttr, "::kernel_opt::kgpu::Major::K">:$bMajor);
  let results = (outs KGPU_PendingType:$result);
  let assemblyFormat = [{
    $a (`[` $aIndices^ `]`)? `,` $b `[` $bIndices `]` (`,` $acc^)? attr-dict
    `:` type($a) `,` type($b) (`,` type($acc)^)? `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def KGPU_WgmmaCommitOp : KGPU_SyncOp<"wgmma_commit"> {
  let summary = "closes the warpgroup's current group of wgmma";
  let assemblyFormat = "attr-dict";
  let description = [{
    ```mlir
    kgpu.wgmma_commit
    ```
  }];
}

def KGPU_WgmmaWaitOp : KGPU_SyncOp<"wgmma_wait"> {
  let summary = "waits until at most `pending` groups are unfinished and gives finished registers";
  let description = [{
    The operands are pending results whose groups are finished by this wait;
    they become vectors. Pending results that are not named stay in flight.

    ```mlir
    %v = kgpu.wgmma_wait 0 (%d) : (!kgpu.pending<64xf32>) -> vector<64xf32>
    ```
  }];
  let arguments = (ins I64Attr:$pending, Variadic<KGPU_PendingType>:$inFlight);
  let results = (outs Variadic<KGPU_Vector>:$values);
  let assemblyFormat = "$pending `(` $inFlight `)` attr-dict `:` functional-type($inFlight, $values)";
  let hasVerifier = 1;
}

def KGPU_SetMaxRegistersOp : KGPU_SyncOp<"set_max_registers"> {
  let summary = "changes the register count of the executing warpgroup (setmaxnreg)";
  let description = [{
    A multiple of 8 between 24 and 256; `decrease` gives registers back,
    otherwise the warpgroup waits until they are there.

    ```mlir
    kgpu.set_max_registers 40 decrease
    ```
  }];
  let arguments = (ins I64Attr:$count, UnitAttr:$decrease);
  let assemblyFormat = "$count (`decrease` $decrease^)? attr-dict";
  let hasVerifier = 1;
}

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUOPS_TD
