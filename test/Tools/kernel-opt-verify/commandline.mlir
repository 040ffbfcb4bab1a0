// Two files, functions paired by name; the evidence as JSON. Sizes of `?` are
// chosen, several times; dimensions of one name get one size.

// RUN: kernel-opt-verify %s %S/Inputs/target.mlir --nonce=1 --seeds=1 --families=normal --json=%t.json | FileCheck %s
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t.json

// CHECK: @dynamic => @dynamic
// CHECK-NEXT: verified
// CHECK-NOT: note
// CHECK: @ignored => @ignored
// CHECK-NEXT: verified
// CHECK-NEXT: note: no result depends on argument 1

// JSON: "digest"
// JSON: "draws": 4
// JSON: "eps_rational": "2^-{{[0-9]+}}"
// JSON: "nonce": "1"
// JSON: "primes": [
// JSON: "verdict": "verified"
// JSON: "ignored_inputs": [
// JSON-NEXT: 1

#mn = #kopt.dims<"M", "N">
func.func @dynamic(%x: tensor<?x?xf32, #mn>, %y: tensor<?x?xf32, #mn>)
    -> tensor<?x?xf32, #mn> {
  %r = arith.addf %x, %y : tensor<?x?xf32, #mn>
  return %r : tensor<?x?xf32, #mn>
}

func.func @ignored(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %d = arith.subf %y, %y : tensor<4xf32>
  %r = arith.addf %x, %d : tensor<4xf32>
  return %r : tensor<4xf32>
}
