//===- CompiledKernel.h - A kernel as PTX and machine code ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TARGET_NVPTX_COMPILEDKERNEL_H
#define KERNEL_OPT_TARGET_NVPTX_COMPILEDKERNEL_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Target/NVPTX/Chip.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace mlir::gpu {
class BinaryOp;
class GPUModuleOp;
} // namespace mlir::gpu

namespace kernel_opt::nvptx {

/// How to compile.
struct PtxOptions {
  /// One of knownChips().
  std::string target = "sm_90a";
  /// Root of a CUDA toolkit; looked for when empty.
  std::string cudaPath;
  /// Of LLVM, 0 to 3.
  unsigned optLevel = 3;
  /// Of ptxas, 0 to 3.
  unsigned ptxasLevel = 3;
  /// Most registers per thread that ptxas may use; 0 leaves it to ptxas.
  unsigned maxRegisters = 0;
  /// How long ptxas may run.
  std::chrono::milliseconds ptxasTime{60000};
};

/// What ptxas says about a kernel (`ptxas -v`).
struct PtxasReport {
  unsigned registers = 0; ///< per thread
  unsigned barriers = 0;
  unsigned spillStoreBytes = 0, spillLoadBytes = 0;
  unsigned stackBytes = 0;
  unsigned staticSharedBytes = 0;
  double seconds = 0; ///< that ptxas took
  /// Remarks such as C7510 (wgmma serialized), and registers that spill: a kernel
  /// runs, but not as its schedule meant. Such a candidate has failed.
  std::vector<std::string> performanceLosses;
  std::string cubin;
};

/// A kernel, ready to be launched.
struct CompiledKernel {
  std::string name;
  Chip chip{};
  std::string ptx;
  /// Bytes of dynamic shared memory to launch with.
  uint64_t sharedBytes = 0;
  /// Threads per block, blocks per grid and per cluster, where the kernel
  /// states them.
  std::optional<std::array<int32_t, 3>> blockSize, gridSize, clusterSize;
  /// What tensor-map parameters, which follow the others, describe: see
  /// kgpu.tensor_maps. Null if there is none.
  ArrayAttr tensorMaps;
  /// Filled in by runPtxas.
  std::optional<PtxasReport> ptxas;
  Occupancy occupancy;
};

/// Lowers the kernel in `module` (scheduled IR, or llvm/nvvm already), compiles
/// it to PTX in this process and lints that. The module is changed on the way.
/// Reports errors at the module's location. Dialects that lowering needs must
/// be loaded, and translations registered (registerTranslations).
FailureOr<CompiledKernel> compileToPTX(mlir::gpu::GPUModuleOp module,
                                       const PtxOptions &options);

/// Runs ptxas in a child process and fills in `kernel.ptxas` and the occupancy.
/// Fails if ptxas does, or if the kernel cannot be launched at all (too much
/// shared memory). Performance losses are no error here.
llvm::Error runPtxas(CompiledKernel &kernel, const PtxOptions &options);

/// Puts a `gpu.binary` with the kernel in the place of `module`, which it was
/// compiled from: machine code if ptxas has run and `machineCode`, else PTX. What a
/// launch needs to know becomes metadata.
mlir::gpu::BinaryOp replaceByBinary(mlir::gpu::GPUModuleOp module,
                                    const CompiledKernel &kernel,
                                    const PtxOptions &options, bool machineCode);

/// Reads the output of `ptxas -v`.
PtxasReport parsePtxasOutput(StringRef text);

/// Registers what translating llvm and nvvm to LLVM IR needs.
void registerTranslations(DialectRegistry &registry);

} // namespace kernel_opt::nvptx

#endif // KERNEL_OPT_TARGET_NVPTX_COMPILEDKERNEL_H
