//===- AtenOps.td - Operations of the aten dialect ---------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENOPS_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENOPS_TD

include "kernel-opt/Dialect/Aten/AtenActivation.td"
include "kernel-opt/Dialect/Aten/AtenConvolution.td"
include "kernel-opt/Dialect/Aten/AtenCreation.td"
include "kernel-opt/Dialect/Aten/AtenElementwise.td"
include "kernel-opt/Dialect/Aten/AtenIndexing.td"
include "kernel-opt/Dialect/Aten/AtenLoss.td"
include "kernel-opt/Dialect/Aten/AtenMatmul.td"
include "kernel-opt/Dialect/Aten/AtenNormalization.td"
include "kernel-opt/Dialect/Aten/AtenRecurrence.td"
include "kernel-opt/Dialect/Aten/AtenReduction.td"
include "kernel-opt/Dialect/Aten/AtenScan.td"
include "kernel-opt/Dialect/Aten/AtenView.td"

#endif // KERNEL_OPT_DIALECT_ATEN_ATENOPS_TD
