// RUN: kernel-opt %s --split-input-file --kopt-emit-ptx=target=sm_999 --verify-diagnostics

// expected-error@+1 {{unknown target 'sm_999'; expected one of sm_75, sm_80, sm_86}}
gpu.module @unknown {
  gpu.func @k() kernel { gpu.return }
}
