// RUN: kernel-opt %s --verify=off --quiet --emit=plan -o %t.json
// RUN: %python -c "import json, sys; p = json.load(open(sys.argv[1])); print([s['kernel'] for s in p.get('prepare', [])], [s['kernel'] for s in p['launches']], [b['name'] for b in p['buffers'] if b.get('parameter')], [b['type'] for b in p['buffers'] if b['role'] == 'prepared'])" %t.json | FileCheck %s
// RUN: sed -e 's/parameters = frozen/parameters = inputs/' %s | kernel-opt --verify=off --quiet --emit=plan -o %t.json
// RUN: %python -c "import json, sys; p = json.load(open(sys.argv[1])); print(p.get('prepare', []), [s['kernel'] for s in p['launches']])" %t.json | FileCheck %s --check-prefix=INPUTS

// What depends on parameters that do not change is computed once: the parts of a
// weight.
// CHECK: ['split_64x1024'] ['split_1024x64', 'layer_matmul'] ['in1'] ['bf16', 'bf16', 'bf16']
// Where parameters may change, the product is too small to be worth splitting them.
// INPUTS: [] ['layer_matmul']
func.func @layer(%x: tensor<1024x64xf32>, %w: tensor<64x1024xf32> {kopt.parameter}) -> tensor<1024x1024xf32>
    attributes {kopt.contract = #kopt.contract<parameters = frozen>} {
  %y = aten.mm %x, %w : (tensor<1024x64xf32>, tensor<64x1024xf32>) -> tensor<1024x1024xf32>
  return %y : tensor<1024x1024xf32>
}
