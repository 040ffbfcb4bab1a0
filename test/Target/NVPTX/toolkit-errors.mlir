// RUN: not kernel-opt %s --kopt-emit-ptx='ptxas=true cuda-path=/nonexistent' 2>&1 | FileCheck %s

// CHECK: error: ptxas not found: looked for bin/ptxas in /nonexistent; name a CUDA toolkit
gpu.module @k {
  gpu.func @k() kernel { gpu.return }
}
