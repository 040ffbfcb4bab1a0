//===- AtenInterfaces.td - Interfaces of the aten dialect --*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENINTERFACES_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENINTERFACES_TD

include "mlir/IR/Interfaces.td"

def Aten_ShapeRuleInterface : OpInterface<"ShapeRuleOpInterface"> {
  let cppNamespace = "::kernel_opt::aten";
  let description = [{
    An op whose result types follow from operand types and attributes by one
    symbolic rule. The verifier compares the results with it, the builders and
    PDL infer result types from it, and the lowering computes the sizes of
    dynamic results from it.
  }];
  let methods = [
    InterfaceMethod<[{
        Runs the rule of this op in `rule`, whose operands must be those of
        this op. Fails after `rule` has reported why.
      }],
      "::llvm::LogicalResult", "evaluateShapeRule",
      (ins "::kernel_opt::aten::ShapeRule &":$rule), [{}], [{
        return ConcreteOp::inferShapes(
            typename ConcreteOp::Adaptor($_op->getOperands(), $_op), rule);
      }]>
  ];
  let verify = "return ::kernel_opt::aten::detail::verifyShapeRule($_op);";
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENINTERFACES_TD
