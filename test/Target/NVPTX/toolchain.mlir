// REQUIRES: ptxas
// RUN: kernel-opt %s --gpu-module-to-binary=format=bin | FileCheck %s

// The ptxas that was found assembles what our LLVM writes for Hopper. The
// chip and the PTX version must agree: upstream checks neither.
// CHECK: gpu.binary @kernels
// CHECK-SAME: #gpu.object<#nvvm.target<chip = "sm_90a", features = "+ptx86">
// CHECK-SAME: bin = "\7FELF
gpu.module @kernels [#nvvm.target<chip = "sm_90a", features = "+ptx86">] {
  llvm.func @empty() attributes {gpu.kernel, nvvm.kernel} {
    llvm.return
  }
}
