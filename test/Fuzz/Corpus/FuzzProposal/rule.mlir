!s = tensor<?xf32, #kopt.dims<"S">>
module attributes {kopt.rewrite_set, kopt.version = 1} {
  kopt.rule @twice(%x: !s) class exact_bits sequences ["S"] cleanup before {
    %0 = aten.neg %x : (!s) -> !s
    %1 = aten.neg %0 : (!s) -> !s
    kopt.yield %1 : !s
  } after {
    kopt.yield %x : !s
  }
}
