// REQUIRES: ptxas

// Real kernels go through ptxas without a performance loss (which would be an
// error) and without spills.

// RUN: kernel-opt %S/gelu.mlir --kopt-emit-ptx='target=sm_90a ptxas=true' | FileCheck %s
// RUN: kernel-opt %S/softmax.mlir --kopt-emit-ptx='target=sm_90a ptxas=true' | FileCheck %s
// RUN: kernel-opt %S/gemm-mma.mlir --kopt-emit-ptx='target=sm_80 ptxas=true' | FileCheck %s
// RUN: kernel-opt %S/gemm-mma.mlir --kopt-emit-ptx='target=sm_100a ptxas=true' | FileCheck %s
// RUN: kernel-opt %S/gemm-wgmma.mlir --kopt-emit-ptx='target=sm_90a ptxas=true' | FileCheck %s --check-prefixes=CHECK,WGMMA
// RUN: kernel-opt %S/gemm-roles.mlir --kopt-emit-ptx='target=sm_90a ptxas=true' | FileCheck %s
// RUN: kernel-opt %S/promotion.mlir --kopt-emit-ptx='target=sm_90a ptxas=true' | FileCheck %s
// RUN: kernel-opt %S/ops.mlir --split-input-file --kopt-emit-ptx=ptxas=true -o /dev/null
// RUN: kernel-opt %S/math.mlir --split-input-file --kopt-emit-ptx=ptxas=true -o /dev/null

// CHECK: gpu.binary @{{[a-z]+}} {{.*}}#gpu.kernel_metadata<"{{[a-z]+}}", {{.*}}, metadata = {
// CHECK-SAME: block_size = array<i32: {{[0-9]+}}, 1, 1>
// WGMMA-SAME: blocks_per_multiprocessor = 1 : i64
// WGMMA-SAME: shared_bytes = 196640 : i64
// CHECK-SAME: spill_bytes = 0 : i64, stack_bytes = 0 : i64
// WGMMA-SAME: tensor_maps = [{argument = 0 : i64, box = array<i64: 128, 64>, element = bf16, sizes = array<i64: 4096, 4096>, strides = array<i64: 8192, 2>, swizzle = 128 : i64}, {argument = 1 : i64
// CHECK-SAME: bin = "\7FELF
