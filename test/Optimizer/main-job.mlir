// REQUIRES: ptxas
// RUN: kernel-opt %s 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=ACCOUNT < %t.err
// RUN: kernel-opt %s --emit=kernels --quiet | FileCheck %s --check-prefix=KERNELS
// RUN: kernel-opt %s --emit=gpu --quiet | FileCheck %s --check-prefix=GPU
// RUN: kernel-opt %s --emit=ptx --quiet --verify=off | FileCheck %s --check-prefix=PTX
// RUN: kernel-opt %s --emit=plan --quiet --verify=off | FileCheck %s --check-prefix=PLAN
// RUN: kernel-opt %s --emit=ptx --target=sm_80 --quiet --verify=off | FileCheck %s --check-prefix=SM80

// The kernel is a binary, what remains of the function its launch.

// CHECK-LABEL: func.func @scale_sum
// CHECK-NOT: linalg
// CHECK: kopt.launch @[[M:.*]]::@[[K:.*]] grid({{.*}}) block({{.*}})
// CHECK-SAME: kopt.certified = {ptx = "sha256:{{[0-9a-f]+}}", scheduled = "sha256:{{[0-9a-f]+}}", source = "sha256:{{[0-9a-f]+}}"}
// CHECK: gpu.binary @[[M]]

// ACCOUNT: scheduled by   inner_reduction: 100 blocks of 256 threads
// ACCOUNT: compiled for   sm_90a: {{[0-9]+}} registers, 0 bytes spilled
// ACCOUNT: memory         1.{{0[0-9]}} times the least number of sectors
// ACCOUNT: checked        verified: {{[0-9]+}} of 100 blocks run {{[0-9]+}} times
// ACCOUNT: hashes

// KERNELS: kopt.kernel
// KERNELS-NOT: gpu.module
// GPU: gpu.func @
// GPU: kgpu.warp_reduce add
// PTX: .target sm_90a
// PTX: shfl.sync.bfly
// PLAN: "kernel_opt_launch_plan": 1
// PLAN: "target": "sm_90a"
// SM80: .target sm_80
func.func @scale_sum(%x: tensor<100x3000xf32>) -> tensor<100xf32> {
  %zero = arith.constant 0.0 : f32
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<100xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<100xf32>) -> tensor<100xf32>
  %s = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<100x3000xf32>) outs(%f : tensor<100xf32>) {
    ^bb0(%v: f32, %o: f32):
      %d = arith.mulf %v, %two : f32
      %t = arith.addf %d, %o : f32
      linalg.yield %t : f32
    } -> tensor<100xf32>
  return %s : tensor<100xf32>
}
