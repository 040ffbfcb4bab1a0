// REQUIRES: plugin
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --show-dialects %s | FileCheck %s --check-prefix=DIALECTS
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --canonicalize %s | FileCheck %s

// The stock tool knows our dialects beside its own.
// DIALECTS: Available Dialects:
// DIALECTS-SAME: aten
// DIALECTS-SAME: kgpu
// DIALECTS-SAME: kopt
// DIALECTS-SAME: linalg

// CHECK-LABEL: func.func @unchanged
// CHECK-NEXT: return %{{.*}} : tensor<4xf32>
func.func @unchanged(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  return %arg0 : tensor<4xf32>
}
