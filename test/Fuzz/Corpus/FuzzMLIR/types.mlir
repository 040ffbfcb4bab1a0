#m = affine_map<(d0)[s0] -> (d0 * 2 + s0 floordiv 3)>
module attributes {a = [1 : i64, "s", @x::@y, #m, dense<[1.0, 2.0]> : tensor<2xf32>, {k = unit}]} {}
