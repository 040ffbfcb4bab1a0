// RUN: kernel-opt --help | FileCheck %s --check-prefix=HELP
// RUN: kernel-opt --tool=kernel-opt --help | FileCheck %s --check-prefix=HELP
// RUN: not kernel-opt --tool=nothing 2>&1 | FileCheck %s --check-prefix=TOOL
// RUN: kernel-opt --show-dialects | FileCheck %s --check-prefix=DIALECTS
// RUN: kernel-opt %s | FileCheck %s

// HELP: OVERVIEW: kernel-opt, an optimizer for GPU kernels
// HELP: --canonicalize
// HELP: --pass-pipeline

// TOOL: error: no tool is named 'nothing'; there are: kernel-opt

// DIALECTS: aten
// DIALECTS-SAME: kgpu
// DIALECTS-SAME: kopt
// DIALECTS-SAME: nvvm

// CHECK-LABEL: func.func @unchanged
func.func @unchanged() {
  return
}
