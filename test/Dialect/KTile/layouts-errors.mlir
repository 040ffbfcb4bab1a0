// RUN: kernel-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{layout needs 5 lane bits, found 4}}
func.func private @lanes(tensor<16xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8]], warp = []>>)

// -----

// expected-error@+1 {{bases of 2 and of 1 dimensions in one layout}}
func.func private @ranks(tensor<32xf32, #ktile.layout<register = [[0, 1]], lane = [[1], [2], [4], [8], [16]], warp = []>>)

// -----

// expected-error@+1 {{layout of rank 1 on a tile of rank 2}}
func.func private @rank(tensor<32x1xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [16]], warp = []>>)

// -----

// expected-error@+1 {{tile extent 31 is not a power of two}}
func.func private @extent(tensor<31xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [16]], warp = []>>)

// -----

// expected-error@+1 {{basis 32 exceeds extent 32 of dimension 0}}
func.func private @outside(tensor<32xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [32]], warp = []>>)

// -----

// expected-error@+1 {{basis -1 exceeds extent 32 of dimension 0}}
func.func private @negative(tensor<32xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [-1]], warp = []>>)

// -----

// The last lane bit is the sum of the two before it.
// expected-error@+1 {{layout reaches 2^4 of the tile's 2^5 elements}}
func.func private @reach(tensor<32xf32, #ktile.layout<register = [], lane = [[1], [2], [4], [8], [12]], warp = []>>)

// -----

// A missing part, and parts in another order, are syntax errors.
// expected-error@+1 {{expected 'lane'}}
func.func private @order(tensor<32xf32, #ktile.layout<register = [], warp = [], lane = []>>)
