//===- KTileOps.td - Operations of the ktile dialect -------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KTILE_KTILEOPS_TD
#define KERNEL_OPT_DIALECT_KTILE_KTILEOPS_TD

include "kernel-opt/Dialect/KTile/KTileAttrs.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def KTile_Tile : StaticShapeTensorOf<[AnyFloat, AnySignlessInteger, Index]>;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

def KTile_LoadOp : KTile_Op<"load", [MemoryEffects<[MemRead]>]> {
  let summary = "reads a tile from memory";
  let description = [{
    Element (d0, d1, ...) of the tile is the memref's element at `map` of these
    coordinates and the symbols. Where that lies outside of the memref, it is
    `padding`.

    ```mlir
    %t = ktile.load %x[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i) padding 0.0 : f32
      : memref<1000x777xf32> -> tensor<128x1024xf32>
    ```
  }];
  let arguments = (ins AnyStaticShapeMemRef:$source, AffineMapAttr:$map,
                       Variadic<Index>:$symbols, TypedAttrInterface:$padding);
  let results = (outs KTile_Tile:$result);
  let assemblyFormat = [{
    $source `[` $map `]` `(` $symbols `)` `padding` $padding attr-dict
    `:` type($source) `->` type($result)
  }];
  let hasVerifier = 1;
}

def KTile_StoreOp : KTile_Op<"store", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes a tile to memory";
  let description = [{
    The counterpart of `ktile.load`: elements whose place lies outside of the
    memref are not written. No two elements of the tile may have one place.

    ```mlir
    ktile.store %t, %y[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%i)
      : tensor<128x1024xf32>, memref<1000x777xf32>
    ```
  }];
  let arguments = (ins KTile_Tile:$value, AnyStaticShapeMemRef:$dest,
                       AffineMapAttr:$map, Variadic<Index>:$symbols);
  let assemblyFormat = [{
    $value `,` $dest `[` $map `]` `(` $symbols `)` attr-dict
    `:` type($value) `,` type($dest)
  }];
  let hasVerifier = 1;
}

def KTile_CopyOp : KTile_Op<"copy", [AttrSizedOperandSegments,
    MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "brings a tile from global to shared memory asynchronously";
  let description = [{
    Element (d0, d1) of a tile of `shape` goes from `source`, where `map` of these
    coordinates and the symbols says, to `dest`, of which the indices select
    leading dimensions, at (d0, d1) or, where `transposed`, (d1, d0). What lies
    outside of the source arrives as zero. The copies belong to the current group
    of the threads that make them (`kgpu.async_commit`, `kgpu.async_wait`).

    ```mlir
    ktile.copy %x[affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>](%k) to %s[%stage] shape [64, 128]
      : memref<4096x128xf16> to memref<2x64x136xf16, #kgpu.shared>
    ```
  }];
  let arguments = (ins AnyStaticShapeMemRef:$source, AffineMapAttr:$map,
                       Variadic<Index>:$symbols, AnyStaticShapeMemRef:$dest,
                       Variadic<Index>:$destIndices, DenseI64ArrayAttr:$shape,
                       UnitAttr:$transposed);
  let assemblyFormat = [{
    $source `[` $map `]` `(` $symbols `)` `to` $dest `[` $destIndices `]` `shape` $shape
    attr-dict `:` type($source) `to` type($dest)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Coordinates
//===----------------------------------------------------------------------===//

def KTile_IndexOp : KTile_Op<"index", [Pure]> {
  let summary = "a tile of values of an affine expression of the coordinates";
  let description = [{
    ```mlir
    %i = ktile.index affine_map<(d0, d1)[s0] -> (d1 + s0)>(%k) : tensor<128x32xindex>
    ```
  }];
  let arguments = (ins AffineMapAttr:$map, Variadic<Index>:$symbols);
  let results = (outs StaticShapeTensorOf<[Index]>:$result);
  let assemblyFormat = "$map `(` $symbols `)` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def KTile_InBoundsOp : KTile_Op<"in_bounds", [Pure]> {
  let summary = "whether the coordinates lie inside a box";
  let description = [{
    True where each result of `map` is at least 0 and less than its bound.

    ```mlir
    %m = ktile.in_bounds affine_map<(d0)[s0] -> (d0 + s0)>(%k) < [777] : tensor<32xi1>
    ```
  }];
  let arguments = (ins AffineMapAttr:$map, Variadic<Index>:$symbols,
                       DenseI64ArrayAttr:$bounds);
  let results = (outs StaticShapeTensorOf<[I1]>:$result);
  let assemblyFormat = "$map `(` $symbols `)` `<` $bounds attr-dict `:` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

def KTile_ViewOp : KTile_Op<"view", [Pure]> {
  let summary = "broadcast and transposition of a tile";
  let description = [{
    Dimension d of the result runs along dimension `from[d]` of the source, or
    repeats it where `from[d]` is -1. Every source dimension is named once.

    ```mlir
    %b = ktile.view %s from [0, -1] : tensor<128xf32> -> tensor<128x64xf32>
    ```
  }];
  let arguments = (ins KTile_Tile:$source, DenseI64ArrayAttr:$from);
  let results = (outs KTile_Tile:$result);
  let assemblyFormat = "$source `from` $from attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
}

def KTile_ConvertOp : KTile_Op<"convert", [Pure]> {
  let summary = "the same tile in another layout";
  let description = [{
    ```mlir
    %b = ktile.convert %a : tensor<256xf32, #a> to tensor<256xf32, #b>
    ```
  }];
  let arguments = (ins KTile_Tile:$source);
  let results = (outs KTile_Tile:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `to` type($result)";
  let hasVerifier = 1;
}

def KTile_ReduceOp : KTile_Op<"reduce", [Pure, SingleBlock]> {
  let summary = "combines a tile's elements along one dimension";
  let description = [{
    Combines the elements of all operands along `dim` with the region's body, in
    a tree whose shape the layout fixes. The body takes one element of each
    operand twice (left, then right) and yields the combined ones; it must be
    associative and commutative up to rounding.

    ```mlir
    %s = ktile.reduce(%t) along 1 {
    ^bb0(%a: f32, %b: f32):
      %c = arith.addf %a, %b : f32
      ktile.yield %c : f32
    } : (tensor<128x64xf32>) -> tensor<128xf32>
    ```
  }];
  let arguments = (ins Variadic<KTile_Tile>:$operands, I64Attr:$dim);
  let results = (outs Variadic<KTile_Tile>:$results);
  let regions = (region SizedRegion<1>:$combiner);
  let assemblyFormat = [{
    `(` $operands `)` `along` $dim $combiner attr-dict
    `:` functional-type($operands, $results)
  }];
  let hasVerifier = 1;
}

def KTile_ScanOp : KTile_Op<"scan", [Pure, SingleBlock]> {
  let summary = "running combinations of a tile's elements along one dimension";
  let description = [{
    For n operands, result i < n holds at each place the combination of operand
    i's elements up to and with that place, in order along `dim`; result n + i
    that of all of them, without the dimension. The body is that of
    `ktile.reduce` and must be associative up to rounding; it need not be
    commutative. `neutral` has one value for each operand, which changes nothing
    when it is combined from the left. The tree is fixed by the layout.

    ```mlir
    %y, %sum = ktile.scan(%t) along 1 neutral [0.0 : f32] {
    ^bb0(%a: f32, %b: f32):
      %c = arith.addf %a, %b : f32
      ktile.yield %c : f32
    } : (tensor<128x64xf32>) -> (tensor<128x64xf32>, tensor<128xf32>)
    ```
  }];
  let arguments = (ins Variadic<KTile_Tile>:$operands, I64Attr:$dim,
                       ArrayAttr:$neutral);
  let results = (outs Variadic<KTile_Tile>:$results);
  let regions = (region SizedRegion<1>:$combiner);
  let assemblyFormat = [{
    `(` $operands `)` `along` $dim `neutral` $neutral $combiner attr-dict
    `:` functional-type($operands, $results)
  }];
  let extraClassDeclaration = [{
    ::mlir::ResultRange getRunning() {
      return getResults().take_front(getOperands().size());
    }
    ::mlir::ResultRange getTotals() {
      return getResults().drop_front(getOperands().size());
    }
  }];
  let hasVerifier = 1;
}

def KTile_YieldOp : KTile_Op<"yield", [Pure, Terminator, ReturnLike,
    ParentOneOf<["ReduceOp", "ScanOp"]>]> {
  let summary = "the result of a body";
  let description = [{
    ```mlir
    ktile.yield %c : f32
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def KTile_DotOp : KTile_Op<"dot", [AttrSizedOperandSegments,
    AllTypesMatch<["acc", "result"]>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "matrix product of two tiles with accumulation";
  let description = [{
    acc + a * b for a of M x K, b of K x N, acc of M x N. Products and sums are
    of the accumulator's element type; `acc` is added last, so that a caller who
    passes zeros and adds the result to a running sum sums in chunks of K. An
    operand is a tile or a buffer in shared memory, of which the indices select
    leading dimensions; `a_transposed` says that a's last two dimensions are (K,
    M), `b_transposed` that b's are (N, K). Buffers may be wider than what is
    multiplied; `k` then says how long the sums are.

    `unit` names what multiplies: `fma` (the default; each thread a patch of the
    result) or `mma` (warps, by `kgpu.mma`: operands of f16 or bf16, sums in f32).
    `a_weights` says that a's elements are weights of a normalized row, between 0
    and 1, which a unit for 16-bit operands may round to b's type.

    ```mlir
    %d = ktile.dot %a, %b, %c : tensor<128x16xf32>, tensor<16x128xf32>, tensor<128x128xf32>
    %e = ktile.dot %sa[%i], %sb[%i], %c {a_transposed}
      : memref<2x16x128xf32, #kgpu.shared>, memref<2x16x128xf32, #kgpu.shared>, tensor<128x128xf32>
    %f = ktile.dot %sa, %sb, %c {b_transposed, k = 32 : i64, unit = "mma"}
      : memref<128x40xbf16, #kgpu.shared>, memref<128x40xbf16, #kgpu.shared>, tensor<128x128xf32>
    ```
  }];
  let arguments = (ins AnyTypeOf<[KTile_Tile, AnyStaticShapeMemRef]>:$a,
                       Variadic<Index>:$aIndices,
                       AnyTypeOf<[KTile_Tile, AnyStaticShapeMemRef]>:$b,
                       Variadic<Index>:$bIndices, KTile_Tile:$acc,
                       UnitAttr:$a_transposed, UnitAttr:$b_transposed,
                       UnitAttr:$a_weights,
                       OptionalAttr<I64Attr>:$k, OptionalAttr<StrAttr>:$unit);
  let results = (outs KTile_Tile:$result);
  let builders = [
    // Of tiles, by the default unit.
    OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b, "::mlir::Value":$acc), [{
      build($_builder, $_state, acc.getType(), a, {}, b, {}, acc, nullptr, nullptr,
            nullptr, nullptr, nullptr);
    }]>
  ];
  let extraClassDeclaration = [{
    static constexpr ::llvm::StringLiteral fmaUnit = "fma", mmaUnit = "mma";
    /// What multiplies; one of the names above.
    ::llvm::StringRef getUnitName() { return getUnit().value_or(fmaUnit); }
    /// Length of the sums.
    int64_t getDepth();
  }];
  let assemblyFormat = [{
    $a (`[` $aIndices^ `]`)? `,` $b (`[` $bIndices^ `]`)? `,` $acc attr-dict
    `:` type($a) `,` type($b) `,` type($acc)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Between threads and tiles
//===----------------------------------------------------------------------===//

def KTile_FromRegistersOp : KTile_Op<"from_registers", [Pure]> {
  let summary = "the tile that the registers of all threads make";
  let description = [{
    Register r of each thread is element `layout`(r, lane, warp) of the tile: how
    the results of matrix instructions, whose registers the hardware fixes, become
    a tile again.

    ```mlir
    %t = ktile.from_registers %v {layout = #ktile.layout<register = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = []>}
      : vector<2xf32> -> tensor<8x8xf32>
    ```
  }];
  let arguments = (ins VectorOfRankAndType<[1], [AnyFloat, AnySignlessInteger]>:$registers,
                       KTile_LayoutAttr:$layout);
  let results = (outs KTile_Tile:$result);
  let assemblyFormat = "$registers attr-dict `:` type($registers) `->` type($result)";
  let hasVerifier = 1;
}

def KTile_ToRegistersOp : KTile_Op<"to_registers", [Pure]> {
  let summary = "the registers of all threads that hold a tile";
  let description = [{
    The counterpart of `ktile.from_registers`: register r of each thread is element
    `layout`(r, lane, warp) of the tile. So matrix instructions take operands and
    sums that were computed as tiles.

    ```mlir
    %v = ktile.to_registers %t {layout = #ktile.layout<register = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], warp = []>}
      : tensor<8x8xf32> -> vector<2xf32>
    ```
  }];
  let arguments = (ins KTile_Tile:$source, KTile_LayoutAttr:$layout);
  let results = (outs VectorOfRankAndType<[1], [AnyFloat, AnySignlessInteger]>:$registers);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($registers)";
  let hasVerifier = 1;
}

def KTile_StorePanelsOp : KTile_Op<"store_panels", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes a tile to panels in shared memory";
  let description = [{
    The buffer has the shape (..., panel, row, column) and `indices` choose among
    the dimensions before. Columns run along dimension `along` of the tile: its
    element with coordinates r and c goes to (c / columns, r, c % columns). This is
    how matrix instructions want operands that threads bring.

    ```mlir
    ktile.store_panels %t, %s[%stage] along 1
      : tensor<32x128xbf16>, memref<2x2x32x64xbf16, #kgpu.shared<swizzle = 128>>
    ```
  }];
  let arguments = (ins KTile_Tile:$value, AnyStaticShapeMemRef:$dest,
                       Variadic<Index>:$indices, I64Attr:$along);
  let assemblyFormat = [{
    $value `,` $dest `[` $indices `]` `along` $along attr-dict
    `:` type($value) `,` type($dest)
  }];
  let hasVerifier = 1;
}

def KTile_StoreMatrixOp : KTile_Op<"store_matrix", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes columns of a tile to panels in shared memory (stmatrix)";
  let description = [{
    The buffer has the shape (warpgroup, panel, row, column). It takes as many
    columns of the tile as it has room for, from `first` on: element (r, first + c)
    goes to (r / rows, c / columns, r % rows, c % columns). Elements have 16 bits;
    `layout` is that of `wgmmaAccumulator`, in which the tile is held.

    ```mlir
    ktile.store_matrix %t, %s {first = 64 : i64, layout = #fragment}
      : tensor<128x256xbf16>, memref<2x2x64x64xbf16, #kgpu.shared<swizzle = 128>>
    ```
  }];
  let arguments = (ins KTile_Tile:$value, AnyStaticShapeMemRef:$dest, I64Attr:$first,
                       KTile_LayoutAttr:$layout);
  let assemblyFormat = "$value `,` $dest attr-dict `:` type($value) `,` type($dest)";
  let hasVerifier = 1;
}

#endif // KERNEL_OPT_DIALECT_KTILE_KTILEOPS_TD
