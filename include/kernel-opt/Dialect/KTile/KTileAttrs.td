//===- KTileAttrs.td - Attributes of the ktile dialect -----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KTILE_KTILEATTRS_TD
#define KERNEL_OPT_DIALECT_KTILE_KTILEATTRS_TD

include "kernel-opt/Dialect/KTile/KTileDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/TensorEncoding.td"

def KTile_LayoutAttr : AttrDef<KTile_Dialect, "Layout",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "layout";
  let summary = "which register of which lane of which warp holds which element";
  let description = [{
    A linear map over F2 from the bits of (register, lane, warp, block of a
    cluster) to the bits of the element's coordinates. For each input bit, lowest first, one XOR mask per
    dimension of the tile; all zeros replicate. A tile of 256 elements, four
    consecutive ones in each of 32 lanes and of two warps:

    ```mlir
    #ktile.layout<register = [[1], [2]], lane = [[4], [8], [16], [32], [64]], warp = [[128]]>
    ```

    `block` may be left out where there are no clusters.
  }];
  let parameters = (ins "::mlir::ArrayAttr":$registers, "::mlir::ArrayAttr":$lanes,
                        "::mlir::ArrayAttr":$warps, "::mlir::ArrayAttr":$blocks);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    LinearLayout getLinearLayout() const;
    static LayoutAttr get(::mlir::MLIRContext *context, const LinearLayout &layout);
  }];
}

#endif // KERNEL_OPT_DIALECT_KTILE_KTILEATTRS_TD
