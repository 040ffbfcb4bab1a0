//===- KoptDialect.td - The kopt dialect -------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_TD
#define KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_TD

include "mlir/IR/OpBase.td"

def Kopt_Dialect : Dialect {
  let name = "kopt";
  let cppNamespace = "::kernel_opt::kopt";
  let summary = "rules, contracts and kernels of the optimizer";
  let description = [{
    What the optimizer itself needs in IR: rewrite rules, fusion plans,
    contracts of functions, and the region of operations that becomes one
    kernel launch.

    Attributes that the dialect checks wherever they stand:

    | name | on | value |
    |---|---|---|
    | `kopt.contract` | a function | `#kopt.contract` |
    | `kopt.parameter` | an argument of a function | unit: a parameter of the model |
    | `kopt.range` | an argument of a function | `#kopt.range` |
    | `kopt.const` | a constant | `#kopt.const` |
    | `kopt.id` | any operation | a string: the identifier by which fusion plans name it |
    | `kopt.certificate` | any operation | `"sha256:<64 hex digits>"`, the hash of its certificate |
    | `kopt.bind`, `kopt.set` | an operation in a `kopt.rule` | a dictionary of strings |
    | `kopt.name` | an operation in a `kopt.rule`, an argument of a function (what it is called in the model) | a string |
    | `kopt.torch` | a declaration of a function | `{op = "aten::topk", arguments = ["%0", "2"]}`: the operation of Torch that its calls stand for |
    | `kopt.rewrite_set` | a module | unit: it is a rewrite set |
    | `kopt.version` | a rewrite set | version of the format |
    | `kopt.policy` | a module | name of the weakest policy that its contents were verified under |
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

/// Base of all operations of the dialect.
class Kopt_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kopt_Dialect, mnemonic, traits>;

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_TD
