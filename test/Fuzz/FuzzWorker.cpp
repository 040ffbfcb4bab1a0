//===- FuzzWorker.cpp - Any lines between a search and its workers *- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../tools/kernel-opt-run/Engine.h"
#include "Targets.h"
#include "kernel-opt/InitAll.h"
#include "kernel-opt/Search/Evaluation.h"
#include "kernel-opt/Search/Judgement.h"
#include "kernel-opt/Search/Worker.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/IR/DialectRegistry.h"

using namespace kernel_opt;
using namespace kernel_opt::search;

static constexpr StringLiteral openRequest =
    R"({"id": 1, "command": "open", "program": "func.func @f(%x: tensor<8x12xf32>) -> tensor<8x12xf32> { %0 = aten.neg %x : (tensor<8x12xf32>) -> tensor<8x12xf32> %1 = aten.neg %0 : (tensor<8x12xf32>) -> tensor<8x12xf32> return %1 : tensor<8x12xf32> }", "rewrite_sets": [], "schedules": [], "target": "sm_90a", "cuda_path": "", "policy": "strict"})";

void fuzz::readRequests(StringRef input) {
  // One server for all inputs: what one request leaves must not harm the next.
  static CandidateServer *server = [] {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    registerAllPasses();
    auto *made = new CandidateServer(registry);
    if (!made->answer(openRequest)->getBoolean("ok").value_or(false))
      defect("the worker does not open a program");
    return made;
  }();
  // Limits are of this process.
  if (input.contains("cpu_"))
    return;
  while (!input.empty()) {
    StringRef line;
    std::tie(line, input) = input.split('\n');
    auto answer = server->answer(line);
    if (!answer)
      return;
    if (!answer->getBoolean("ok"))
      defect("an answer does not say whether it is one");
  }
}

void fuzz::readAnswers(StringRef input) {
  auto json = parseJSON(input);
  if (!json)
    return llvm::consumeError(json.takeError());
  if (auto choice = Candidate::fromJSON(*json)) {
    auto again = Candidate::fromJSON(choice->toJSON());
    if (!again)
      defect("a candidate that was written cannot be read: " +
             llvm::toString(again.takeError()));
    if (again->hash() != choice->hash())
      defect("a candidate that was written is another one");
  } else {
    llvm::consumeError(choice.takeError());
  }
  (void)isGood(KernelChoice::fromJSON(*json));
  (void)isGood(Evaluation::fromJSON(*json, findDeviceModel(90)));
  (void)isGood(CostFacts::fromJSON(*json));
  (void)isGood(Judgement::fromJSON(*json));
  (void)isGood(optimizer::FunctionCheck::fromJSON(*json));
  (void)isGood(readCheckRecord(*json));
  if (auto variant = Variant::fromJSON(*json))
    (void)isGood(Variant::fromJSON(variant->toJSON()));
  else
    llvm::consumeError(variant.takeError());
}

void fuzz::readDeviceRequests(StringRef input) {
  // There is no device, which a request finds out when it has been read.
  run::DeviceRequest device;
  device.driver = "/nonexistent";
  run::RequestServer server(device);
  bool isOver = false, isFatal = false;
  while (!isOver && !input.empty()) {
    StringRef line;
    std::tie(line, input) = input.split('\n');
    auto answer = server.answer(line, isOver, isFatal);
    if (answer && !answer->getBoolean("ok"))
      defect("an answer does not say whether it is one");
  }
}
