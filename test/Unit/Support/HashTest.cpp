//===- HashTest.cpp - Tests of hashes ----------------------------*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Hash.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace kernel_opt;

namespace {
struct StructuralHash : testing::Test {
  StructuralHash() {
    context.loadDialect<func::FuncDialect, arith::ArithDialect>();
  }

  std::string hash(StringRef text, ArrayRef<StringRef> ignored = {}) {
    auto module = mlir::parseSourceString<ModuleOp>(text, &context);
    return module ? structuralHash(*module, "", ignored) : "does not parse";
  }

  mlir::MLIRContext context;
};
} // namespace

TEST(HashText, Sha256) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(hashText("abc"),
            "sha256:"
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(StructuralHash, IgnoresNamesAndLocations) {
  EXPECT_EQ(hash("func.func @f(%a: f32) -> f32 {\n"
                 "  %b = arith.negf %a : f32\n"
                 "  return %b : f32\n}"),
            hash("func.func @f(%x: f32) -> f32 { %y = arith.negf %x : f32\n\n"
                 "  return %y : f32 }"));
}

TEST_F(StructuralHash, IgnoresTheOrderOfAttributes) {
  EXPECT_EQ(hash("module attributes {a.x = 1, a.y = 2} {}"),
            hash("module attributes {a.y = 2, a.x = 1} {}"));
}

TEST_F(StructuralHash, IgnoresOnlyWhatItIsTold) {
  StringRef plain = "module {}", marked = "module attributes {a.id = 1} {}";
  EXPECT_NE(hash(plain), hash(marked));
  EXPECT_EQ(hash(plain, {"a.id"}), hash(marked, {"a.id"}));
}

TEST_F(StructuralHash, SeesWhatMatters) {
  const char *programs[] = {
      "func.func @f(%a: f32, %b: f32) -> f32 {"
      " %c = arith.subf %a, %b : f32 return %c : f32 }",
      // Another operation, operands, type, attribute.
      "func.func @f(%a: f32, %b: f32) -> f32 {"
      " %c = arith.addf %a, %b : f32 return %c : f32 }",
      "func.func @f(%a: f32, %b: f32) -> f32 {"
      " %c = arith.subf %b, %a : f32 return %c : f32 }",
      "func.func @f(%a: f64, %b: f64) -> f64 {"
      " %c = arith.subf %a, %b : f64 return %c : f64 }",
      "func.func @f(%a: f32, %b: f32) -> f32 {"
      " %c = arith.subf %a, %b fastmath<fast> : f32 return %c : f32 }",
      "func.func @f(%a: f32, %b: f32) -> f32 {"
      " %c = arith.subf %a, %b : f32 return %b : f32 }",
  };
  DenseSet<StringRef> seen;
  std::vector<std::string> hashes;
  for (const char *program : programs)
    hashes.push_back(hash(program));
  for (const std::string &text : hashes) {
    EXPECT_EQ(StringRef(text).size(), 71u);
    EXPECT_TRUE(seen.insert(text).second) << text;
  }
}

TEST_F(StructuralHash, ResourcesCountByContents) {
  auto program = [](StringRef key, StringRef bytes) {
    return ("module attributes {a.x = dense_resource<" + key +
            "> : tensor<1xf32>} {}\n{-# dialect_resources: { builtin: { " +
            key + ": \"0x04000000" + bytes + "\" } } #-}")
        .str();
  };
  EXPECT_EQ(hash(program("one", "0000803F")), hash(program("two", "0000803F")));
  EXPECT_NE(hash(program("three", "0000803F")),
            hash(program("four", "00000040")));
}

TEST_F(StructuralHash, ContextCounts) {
  auto module = mlir::parseSourceString<ModuleOp>("module {}", &context);
  EXPECT_NE(structuralHash(*module, "a"), structuralHash(*module, "b"));
}
