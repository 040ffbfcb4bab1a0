// RUN: kernel-opt %s --split-input-file --verify-diagnostics

gpu.module @m {
// expected-error@+1 {{'kgpu.access' of argument 0 expects "read", "write", "readwrite" or "workspace", found "in"}}
gpu.func @k(%a: memref<4xf32> {kgpu.access = "in"}) kernel { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{'kgpu.access' belongs on a memref argument of a function; argument 0 is none}}
gpu.func @k(%a: f32 {kgpu.access = "read"}) kernel { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{unknown attribute 'kgpu.acess' of argument 0; expected 'kgpu.access'}}
gpu.func @k(%a: memref<4xf32> {kgpu.acess = "read"}) kernel { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{'kgpu.cluster_size' expects 'array<i32: x, y, z>', found array<i32: 2>}}
gpu.func @k() kernel attributes {kgpu.cluster_size = array<i32: 2>} { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{'kgpu.cluster_size' expects sizes from 1 to 16, found 0}}
gpu.func @k() kernel attributes {kgpu.cluster_size = array<i32: 2, 0, 1>} { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{'kgpu.cluster_size' expects at most 16 blocks, found 32}}
gpu.func @k() kernel attributes {kgpu.cluster_size = array<i32: 8, 4, 1>} { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{grid size 3 in dimension 0 is no multiple of the cluster size 2}}
gpu.func @k() kernel attributes {known_grid_size = array<i32: 3, 1, 1>, kgpu.cluster_size = array<i32: 2, 1, 1>} { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{'kgpu.shared_bytes' expects a number of bytes}}
gpu.func @k() kernel attributes {kgpu.shared_bytes = "x"} { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{'kgpu.tensor_maps' expects an array}}
gpu.func @k() kernel attributes {kgpu.tensor_maps = 1} { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{'kgpu.resident_blocks' expects 1 to 32 blocks of a 'gpu.func'}}
gpu.func @k() kernel attributes {kgpu.resident_blocks = 33 : i32} { gpu.return }
}

// -----

gpu.module @m {
// expected-error@+1 {{unknown attribute 'kgpu.cluster'; expected 'kgpu.cluster_size', 'kgpu.flush', 'kgpu.resident_blocks', 'kgpu.shared_bytes' or 'kgpu.tensor_maps'}}
gpu.func @k() kernel attributes {kgpu.cluster = 1} { gpu.return }
}

// -----

func.func @flush(%x: f64) -> f64 {
  // expected-error@+1 {{'kgpu.flush' belongs on a 'math.exp2' of f32}}
  %y = math.exp2 %x {kgpu.flush} : f64
  return %y : f64
}

// -----

// expected-error@+1 {{'kgpu.cluster_size' belongs on a 'gpu.func'}}
func.func @k() attributes {kgpu.cluster_size = array<i32: 1, 1, 1>} { return }

// -----

// expected-error@+1 {{swizzle expects 0, 32, 64 or 128 bytes, found 16}}
func.func private @t(memref<4xf32, #kgpu.shared<swizzle = 16>>)

// -----

// expected-error@+1 {{expected 1 to 1024 mbarriers, found 0}}
func.func private @t(!kgpu.mbarriers<0>)

// -----

// expected-error@+1 {{a box has 1 to 5 dimensions, found 6}}
func.func private @t(!kgpu.tensor_map<2x2x2x2x2x8xf32>)

// -----

// expected-error@+1 {{extents of a box lie between 1 and 256, found 512}}
func.func private @t(!kgpu.tensor_map<512x8xf32>)

// -----

// expected-error@+1 {{expected elements of 8, 16, 32 or 64 bits, found 'i1'}}
func.func private @t(!kgpu.tensor_map<8x8xi1>)

// -----

// expected-error@+1 {{swizzle expects 0, 32, 64 or 128 bytes, found 16}}
func.func private @t(!kgpu.tensor_map<8x4xf32, swizzle = 16>)

// -----

// expected-error@+1 {{rows of the box have 64 bytes, but the swizzle span has 128}}
func.func private @t(!kgpu.tensor_map<8x16xf32, swizzle = 128>)

// -----

// expected-error@+1 {{rows of the box have 12 bytes, which is no multiple of 16}}
func.func private @t(!kgpu.tensor_map<8x3xf32>)

// -----

// expected-error@+1 {{a pending result has a multiple of 4 registers, at most 128, found 6}}
func.func private @t(!kgpu.pending<6xf32>)

// -----

// expected-error@+1 {{expected elements of type f32, found 'f16'}}
func.func private @t(!kgpu.pending<8xf16>)

// -----

// expected-error@+1 {{expected one extent, found 2}}
func.func private @t(!kgpu.pending<8x8xf32>)

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the buffer must lie in shared (#kgpu.shared) memory, found 'memref<4xf32>'}}
  %a = kgpu.alloc_shared : memref<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the buffer must be a memref of static shape, identity layout and at least one dimension, found 'memref<f32, #kgpu.shared>'}}
  %a = kgpu.alloc_shared : memref<f32, #kgpu.shared>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the buffer has elements of type 'i1', which memory does not hold; use a type of 8, 16, 32 or 64 bits}}
  %a = kgpu.alloc_shared : memref<8xi1, #kgpu.shared>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{alignment must be a power of two and at least the 4 bytes of an element, found 6}}
  %a = kgpu.alloc_shared {alignment = 6} : memref<8xf32, #kgpu.shared>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{rows of 32 bytes are no multiple of the swizzle span of 128 bytes}}
  %a = kgpu.alloc_shared : memref<8x8xf32, #kgpu.shared<swizzle = 128>>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%p: i1) kernel {
  scf.if %p {
    // expected-error@+1 {{must stand at the top level of a 'gpu.func', outside of control flow}}
    %a = kgpu.alloc_shared : memref<8xf32, #kgpu.shared>
  }
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the memref has 2 dimensions, but there are 1 indices}}
  %r = kgpu.load %x[%c0] : memref<8x6xf32> -> f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{registers hold 'f16', but the memref holds 'f32'}}
  %r = kgpu.load %x[%c0, %c0] : memref<8x6xf32> -> f16
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{8 elements do not fit into a row of 6; give 'valid' to take fewer}}
  %r = kgpu.load %x[%c0, %c0] : memref<8x6xf32> -> vector<8xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{alignment must be a power of two and at least the 4 bytes of an element, found 2}}
  %r = kgpu.load %x[%c0, %c0] {alignment = 2} : memref<8x6xf32> -> vector<2xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{cache hints are for global memory}}
  %r = kgpu.load %s[%c0, %c0] cache streaming : memref<8x32xf32, #kgpu.shared<swizzle = 128>> -> f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{an access to a swizzled buffer takes 1, 2, 4, 8 or 16 bytes, found 32}}
  %r = kgpu.load %s[%c0, %c0] : memref<8x32xf32, #kgpu.shared<swizzle = 128>> -> vector<8xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{a guarded load needs 'padding' for what is not read}}
  %r = kgpu.load %x[%c0, %c0] if %true : memref<8x6xf32> -> f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{'padding' has no use without 'if' or 'valid'}}
  %r = kgpu.load %x[%c0, %c0] padding 0.0 : f32 : memref<8x6xf32> -> f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{padding has type 'f16', but elements have type 'f32'}}
  %r = kgpu.load %x[%c0, %c0] if %true padding 0.0 : f16 : memref<8x6xf32> -> f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x6xf32>, %n: memref<8xi32>, %f: f32, %v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{registers hold 'f32', but the memref holds 'i32'}}
  kgpu.store %f, %n[%c0] : f32, memref<8xi32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{the source must lie in global memory, found 'memref<8x32xf32, #kgpu.shared<swizzle = 128>>'}}
  kgpu.async_copy %s[%c0, %c0], %s[%c0, %c0] {count = 4} : memref<8x32xf32, #kgpu.shared<swizzle = 128>>, memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{the source holds 'f16', but the destination holds 'f32'}}
  kgpu.async_copy %h[%c0, %c0], %s[%c0, %c0] {count = 4} : memref<8x32xf16>, memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{copies 4, 8 or 16 bytes, found 3 elements of 4 bytes}}
  kgpu.async_copy %x[%c0, %c0], %s[%c0, %c0] {count = 3} : memref<8x32xf32>, memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x3xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{4 elements do not fit into a row}}
  kgpu.async_copy %x[%c0, %c0], %s[%c0, %c0] {count = 4} : memref<8x3xf32>, memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the number of pending groups must not be negative}}
  kgpu.async_wait -1
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the number of pending groups must not be negative}}
  kgpu.bulk_wait -1
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %a = memref.alloc() : memref<8x32xf32>
  // expected-error@+1 {{the memref must be an argument of the kernel}}
  %t = kgpu.tensor_map %a : memref<8x32xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the map holds 'f32', but the memref holds 'f16'}}
  %t = kgpu.tensor_map %h : memref<8x32xf16> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%h: memref<8xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the box has 2 dimensions, but the memref has 1}}
  %t = kgpu.tensor_map %h : memref<8xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%h: memref<8x37xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{rows of 148 bytes are no multiple of 16, which strides of a tensor map must be}}
  %t = kgpu.tensor_map %h : memref<8x37xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
  %t = kgpu.tensor_map %x : memref<8x32xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{the tensor has 2 dimensions, but there are 1 coordinates}}
  kgpu.tma_load %t[%c0], %s[], %b[%c0] : !kgpu.tensor_map<8x32xf32, swizzle = 128>, memref<8x32xf32, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<1>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
  %t = kgpu.tensor_map %x : memref<8x32xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared>
  // expected-error@+1 {{element type and swizzle of '!kgpu.tensor_map<8x32xf32, swizzle = 128>' and 'memref<8x32xf32, #kgpu.shared>' differ}}
  kgpu.tma_load %t[%c0, %c0], %s[], %b[%c0] : !kgpu.tensor_map<8x32xf32, swizzle = 128>, memref<8x32xf32, #kgpu.shared>, !kgpu.mbarriers<1>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
  %t = kgpu.tensor_map %x : memref<8x32xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  %s = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{indices select leading dimensions; 'memref<8x32xf32, #kgpu.shared<swizzle = 128>>' takes at most 1, found 2}}
  kgpu.tma_store %s[%c0, %c0], %t[%c0, %c0] : memref<8x32xf32, #kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<8x32xf32, swizzle = 128>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
  %t = kgpu.tensor_map %x : memref<8x32xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  %s = kgpu.alloc_shared : memref<4x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{the box of '!kgpu.tensor_map<8x32xf32, swizzle = 128>' does not fill 'memref<4x32xf32, #kgpu.shared<swizzle = 128>>' behind 0 indices}}
  kgpu.tma_load %t[%c0, %c0], %s[], %b[%c0] : !kgpu.tensor_map<8x32xf32, swizzle = 128>, memref<4x32xf32, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<1>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
  %t = kgpu.tensor_map %x : memref<8x32xf32> to !kgpu.tensor_map<8x32xf32, swizzle = 128>
  %u = kgpu.tensor_map %x : memref<8x32xf32> to !kgpu.tensor_map<4x32xf32, swizzle = 128>
  %s = kgpu.alloc_shared : memref<2x4x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{boxes of 512 bytes one after the other are not aligned to 1024 bytes}}
  kgpu.tma_load %u[%c0, %c0], %s[%c0], %b[%c0] : !kgpu.tensor_map<4x32xf32, swizzle = 128>, memref<2x4x32xf32, #kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<1>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{barriers are numbered 1 to 15, found 0}}
  kgpu.named_barrier 0 threads 128
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the number of threads must be a multiple of 32 from 32 to 1024, found 33}}
  kgpu.named_barrier 1 threads 33
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
  // expected-error@+1 {{a phase takes 1 to 1048575 arrivals, found 0}}
  kgpu.mbarrier_init %b[%c0] arrivals 0 : !kgpu.mbarriers<1>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the value has type 'i32', but the memref holds 'i64'}}
  kgpu.grid_barrier %i[%c0] : memref<8xi64>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%f: memref<8xf32>, %one: i32) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the memref must hold i32 or i64, found 'f32'}}
  %w = kgpu.wait %f[%c0] least %one scope device : memref<8xf32>, i32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>, %one: i32) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the value has type 'i32', but the memref holds 'i64'}}
  kgpu.signal %i[%c0], %one scope device : memref<8xi64>, i32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{'arrive' and 'wait' together are the whole barrier; leave both out}}
  kgpu.cluster_barrier arrive wait
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%x: memref<8x32xf32>, %h: memref<8x32xf16>, %i: memref<8xi64>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the buffer must lie in shared (#kgpu.shared) memory, found 'memref<8xi64>'}}
  %w = kgpu.cluster_shared %i in %c0 : memref<8xi64>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the count must be a multiple of 8 from 24 to 256, found 100}}
  kgpu.set_max_registers 100
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%f: f32) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{expected at least one lane bit}}
  %r = kgpu.warp_reduce add %f lane_bits [] : f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%f: f32) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{lane bits are 0 to 4, found 5}}
  %r = kgpu.warp_reduce add %f lane_bits [5] : f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%f: f32) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{lane bit 1 stands twice}}
  %r = kgpu.warp_reduce add %f lane_bits [1, 1] : f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%f: f32) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{'xor' does not combine values of type 'f32'}}
  %r = kgpu.warp_reduce xor %f lane_bits [1] : f32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%f: i32) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{'maxnum' does not combine values of type 'i32'}}
  %r = kgpu.warp_reduce maxnum %f lane_bits [1] : i32
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{A and B must have the same element type}}
  %r = kgpu.mma %a, %h, %c {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xf16>, vector<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{expected f16, bf16 or f32 (tf32) operands, found 'i16'}}
  %r = kgpu.mma %i, %i, %c {shape = array<i64: 16, 8, 16>} : vector<8xi16>, vector<8xi16>, vector<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{accumulation must be in f32}}
  %r = kgpu.mma %a, %b, %h {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf16>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{expected shape [16, 8, 8] or [16, 8, 16] for 'bf16', found [16, 8, 32]}}
  %r = kgpu.mma %a, %b, %c {shape = array<i64: 16, 8, 32>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{expected 4 elements of A per lane, found 8}}
  %r = kgpu.mma %a, %b, %c {shape = array<i64: 16, 8, 8>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x64xbf16, #kgpu.shared>
  %o = kgpu.alloc_shared : memref<8x12xbf16, #kgpu.shared>
  // expected-error@+1 {{memref and vector must hold the same 16-bit type, found 'bf16' and 'f16'}}
  %r = kgpu.load_matrix %s[%c0, %c0] : memref<8x64xbf16, #kgpu.shared> -> vector<8xf16>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x64xbf16, #kgpu.shared>
  %o = kgpu.alloc_shared : memref<8x12xbf16, #kgpu.shared>
  // expected-error@+1 {{moves 1, 2 or 4 matrices, that is 2, 4 or 8 elements per lane, found 16}}
  %r = kgpu.load_matrix %s[%c0, %c0] : memref<8x64xbf16, #kgpu.shared> -> vector<16xbf16>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<8x64xbf16, #kgpu.shared>
  %o = kgpu.alloc_shared : memref<8x12xbf16, #kgpu.shared>
  // expected-error@+1 {{rows of 12 elements are not aligned to 16 bytes}}
  kgpu.store_matrix %b, %o[%c0, %c0] : vector<4xbf16>, memref<8x12xbf16, #kgpu.shared>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %t = kgpu.alloc_shared : memref<64x64xi16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{expected f16, bf16 or f32 (tf32) operands, found 'i16'}}
  %r = kgpu.wgmma %t[%c0, %c0], %t[%c0, %c0] {shape = array<i64: 64, 8, 16>} : memref<64x64xi16, #kgpu.shared<swizzle = 128>>, memref<64x64xi16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{A and B must have the same element type}}
  %r = kgpu.wgmma %h, %s[%c0, %c0] {shape = array<i64: 64, 8, 16>} : vector<4xf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{expected shape [64, N, 16] for 'bf16' with N a multiple of 8 up to 256, found [64, 12, 16]}}
  %r = kgpu.wgmma %s[%c0, %c0], %s[%c0, %c0] {shape = array<i64: 64, 12, 16>} : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{expected a result of 64 registers, found 4}}
  %r = kgpu.wgmma %s[%c0, %c0], %s[%c0, %c0] {shape = array<i64: 64, 128, 16>} : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{accumulator of type 'vector<4xf32>' does not fit the result of type '!kgpu.pending<64xf32>'}}
  %r = kgpu.wgmma %s[%c0, %c0], %s[%c0, %c0], %c {shape = array<i64: 64, 128, 16>} : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>>, vector<4xf32> -> !kgpu.pending<64xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %t = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared>
  // expected-error@+1 {{B must lie in a swizzled buffer, found 'memref<128x64xbf16, #kgpu.shared>'}}
  %r = kgpu.wgmma %a, %t[%c0, %c0] {shape = array<i64: 64, 128, 16>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared> -> !kgpu.pending<64xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %t = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 64>>
  // expected-error@+1 {{the last dimension of B must be as long as the 64 bytes of the swizzle span, found 'memref<128x64xbf16, #kgpu.shared<swizzle = 64>>'}}
  %r = kgpu.wgmma %a, %t[%c0, %c0] {shape = array<i64: 64, 128, 16>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 64>> -> !kgpu.pending<64xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %t = kgpu.alloc_shared : memref<12x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{panels of B must have a multiple of 8 rows, found 12}}
  %r = kgpu.wgmma %a, %t[%c0, %c0] {shape = array<i64: 64, 8, 16>} : vector<8xbf16>, memref<12x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<4xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%v: vector<4xf32>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %t = kgpu.alloc_shared : memref<8x32xf32, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{B of type 'f32' must be 'k' major; only 16-bit types can be 'mn' major}}
  %r = kgpu.wgmma %v, %t[%c0, %c0] {shape = array<i64: 64, 32, 8>, bMajor = #kgpu.major<mn>} : vector<4xf32>, memref<8x32xf32, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<16xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{B needs 256 rows, but panels have 128}}
  %r = kgpu.wgmma %a, %s[%c0, %c0] {shape = array<i64: 64, 256, 16>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<128xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{B needs 2 panels of 64 columns in the dimension before the last two of 'memref<128x64xbf16, #kgpu.shared<swizzle = 128>>'}}
  %r = kgpu.wgmma %a, %s[%c0, %c0] {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{A in registers takes no indices}}
  %r = kgpu.wgmma %a[%c0], %s[%c0, %c0] {shape = array<i64: 64, 128, 16>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{A in registers has no major dimension to choose}}
  %r = kgpu.wgmma %a, %s[%c0, %c0] {shape = array<i64: 64, 128, 16>, aMajor = #kgpu.major<mn>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  // expected-error@+1 {{expected 8 elements of A per lane, found 4}}
  %r = kgpu.wgmma %b, %s[%c0, %c0] {shape = array<i64: 64, 128, 16>} : vector<4xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k() kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  // expected-error@+1 {{the number of pending groups must not be negative}}
  kgpu.wgmma_wait -1 () : () -> ()
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  %r = kgpu.wgmma %a, %s[%c0, %c0] {shape = array<i64: 64, 128, 16>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
  // expected-error@+1 {{expected as many results as operands, found 0 and 1}}
  kgpu.wgmma_wait 0 (%r) : (!kgpu.pending<64xf32>) -> ()
  gpu.return
}
}

// -----

gpu.module @m {
gpu.func @k(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>, %h: vector<4xf16>, %i: vector<8xi16>) kernel {
  %c0 = arith.constant 0 : index
  %true = arith.constant true
  %s = kgpu.alloc_shared : memref<128x64xbf16, #kgpu.shared<swizzle = 128>>
  %r = kgpu.wgmma %a, %s[%c0, %c0] {shape = array<i64: 64, 128, 16>} : vector<8xbf16>, memref<128x64xbf16, #kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>
  // expected-error@+1 {{result of type 'vector<8xf32>' does not fit the operand of type '!kgpu.pending<64xf32>'}}
  %q = kgpu.wgmma_wait 0 (%r) : (!kgpu.pending<64xf32>) -> vector<8xf32>
  gpu.return
}
}
