// RUN: kernel-opt %s --split-input-file --verify-diagnostics

!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>

func.func @wrong_result_name(%a: !mk, %b: !kn) {
  // expected-error@+1 {{expected result #0 of type 'tensor<MxNxf32>', found 'tensor<?x?xf32, #kopt.dims<"N", "N">>'}}
  %0 = aten.mm %a, %b : (!mk, !kn) -> tensor<?x?xf32, #kopt.dims<"N", "N">>
  return
}

// -----

!mk = tensor<?x?xf32, #kopt.dims<"M", "K">>
!kn = tensor<?x?xf32, #kopt.dims<"K", "N">>

func.func @wrong_operand_name(%a: !mk, %b: !kn) {
  // expected-error@+1 {{expected contracted dimensions of equal sizes, found N and M}}
  %0 = aten.mm %b, %a : (!kn, !mk) -> tensor<?x?xf32>
  return
}

// -----

// A named size is any size, so it is not 8.
func.func @name_and_number(%a: tensor<?xf32, #kopt.dims<"M">>,
                           %b: tensor<8xf32>) {
  // expected-error@+1 {{expected dimensions that broadcast to be ones or of equal sizes, found M and 8}}
  %0 = aten.add %a, %b : (tensor<?xf32, #kopt.dims<"M">>, tensor<8xf32>)
      -> tensor<?xf32>
  return
}
