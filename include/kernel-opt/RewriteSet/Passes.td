//===- Passes.td - Passes on rewrite rules -----------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_REWRITESET_PASSES_TD
#define KERNEL_OPT_REWRITESET_PASSES_TD

include "mlir/Pass/PassBase.td"

def ListMatches : Pass<"kopt-list-matches", "::mlir::ModuleOp"> {
  let summary = "report where rewrite rules match";
  let description = [{
    Emits one remark for each match of each rule in each function: the rule, the
    site that a candidate names, and what the names of the rule stand for there,
    as JSON. Nothing is changed.

    (* example filepath=test/RewriteSet/list-matches.mlir *)
  }];
  let options = [
    Option<"file", "file", "std::string", "",
      "rewrite set, or a folder of them">,
    Option<"rule", "rule", "std::string", "", "only the rule of this name">
  ];
  let dependentDialects = [
    "::kernel_opt::kopt::KoptDialect", "::kernel_opt::aten::AtenDialect",
    "::mlir::pdl::PDLDialect", "::mlir::pdl_interp::PDLInterpDialect",
    "::mlir::transform::TransformDialect"
  ];
}

def ApplyRules : Pass<"kopt-apply-rules", "::mlir::ModuleOp"> {
  let summary = "rewrite chosen sites by rewrite rules";
  let description = [{
    Applies the candidates in `sites`, each `rule@site`, in order; a site is as
    `kopt-list-matches` prints it for the function as the candidates before it
    left it. With `all-once`, each rule in turn rewrites every site that it has
    at that time. With `cleanup`, the clean-up rules then run until none
    matches.

    Each application is the action `kopt-apply-candidate`, so that
    `--mlir-debug-counter` can bisect. A candidate that does not match or is not
    legal is an error.

    (* example filepath=test/RewriteSet/apply-rules.mlir *)
  }];
  let options = [
    Option<"file", "file", "std::string", "",
      "rewrite set, or a folder of them">,
    ListOption<"sites", "sites", "std::string", "candidates, rule@site">,
    Option<"rule", "rule", "std::string", "", "only the rule of this name">,
    Option<"allOnce", "all-once", "bool", "false",
      "rewrite every site of every rule once">,
    Option<"cleanup", "cleanup", "bool", "false",
      "run the clean-up rules at the end">
  ];
  let dependentDialects = ListMatches.dependentDialects;
}

def AdmitRules : Pass<"kopt-admit-rules", "::mlir::ModuleOp"> {
  let summary = "judge the rules of a rewrite set";
  let description = [{
    Reads a rewrite set as its input. Each rule is instantiated with small
    sizes, both sides are lowered and compared in the exact algebra, and each of
    its conditions is left out in turn. One remark per rule gives the verdict as
    JSON. A rule that is refuted, or as written is wrong, is an error.

    (* example filepath=test/RewriteSet/admit-rules.mlir *)
  }];
  let options = [
    Option<"rule", "rule", "std::string", "", "only the rule of this name">,
    Option<"instances", "instances", "unsigned", "12",
      "instances of a rule at most">,
    Option<"violations", "violations", "unsigned", "6",
      "instances without one of the conditions at most">
  ];
  let dependentDialects = [
    "::kernel_opt::kopt::KoptDialect", "::kernel_opt::aten::AtenDialect",
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def InstantiateRules : Pass<"kopt-instantiate-rules", "::mlir::ModuleOp"> {
  let summary = "turn rules into pairs of functions";
  let description = [{
    Reads a rewrite set as its input and replaces it by instances of its rules:
    for each a module, named after the rule and a number, with the functions
    `before` and `after`. What `kopt-admit-rules` compares can so be looked at,
    and given to other tools.

    (* example filepath=test/RewriteSet/instantiate-rules.mlir *)
  }];
  let options = [
    Option<"rule", "rule", "std::string", "", "only the rule of this name">,
    Option<"instances", "instances", "unsigned", "12",
      "instances of a rule at most">,
    Option<"violated", "violated", "int", "-1",
      "number of a condition that must not hold, from 0">
  ];
  let dependentDialects = [
    "::kernel_opt::kopt::KoptDialect", "::kernel_opt::aten::AtenDialect",
    "::mlir::func::FuncDialect"
  ];
}

#endif // KERNEL_OPT_REWRITESET_PASSES_TD
