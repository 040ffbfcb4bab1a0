// RUN: kernel-opt --help | FileCheck %s --check-prefix=HELP
// RUN: kernel-opt --tool=kernel-opt --help | FileCheck %s --check-prefix=HELP
// RUN: kernel-opt --version | FileCheck %s --check-prefix=VERSION
// RUN: rm -rf %t && mkdir %t && ln -s %bin/kernel-opt %t/kernel-opt-9.9
// RUN: %t/kernel-opt-9.9 %s | FileCheck %s
// RUN: not kernel-opt --tool=nothing 2>&1 | FileCheck %s --check-prefix=TOOL
// RUN: kernel-opt --show-dialects | FileCheck %s --check-prefix=DIALECTS
// RUN: kernel-opt --emit=input %s | FileCheck %s

// HELP: OVERVIEW: kernel-opt, an optimizer for GPU kernels
// HELP: --canonicalize
// HELP: --pass-pipeline

// VERSION: kernel-opt version {{[0-9]+\.[0-9]+\.[0-9]+}}

// TOOL: error: no tool is named 'nothing'; there are: kernel-opt

// DIALECTS: aten
// DIALECTS-SAME: kgpu
// DIALECTS-SAME: kopt
// DIALECTS-SAME: nvvm

// CHECK-LABEL: func.func @unchanged
func.func @unchanged() {
  return
}
