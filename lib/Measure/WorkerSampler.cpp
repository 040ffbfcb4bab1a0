//===- WorkerSampler.cpp - Times something in another process ------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Samplers.h"

using namespace kernel_opt;
using namespace kernel_opt::measure;

llvm::Expected<Sample> WorkerSampler::sample() {
  auto answer = worker.request(llvm::json::Object{{"command", "time"},
                                                  {"handle", handle},
                                                  {"samples", 1}},
                               timeout);
  if (!answer)
    return answer.takeError();
  const llvm::json::Array *samples = answer->getArray("samples");
  const llvm::json::Object *first =
      samples && !samples->empty() ? (*samples)[0].getAsObject() : nullptr;
  std::optional<double> seconds =
      first ? first->getNumber("seconds") : std::nullopt;
  if (!seconds)
    return llvm::createStringError(
        "the worker's answer to 'time' has no samples[0].seconds");
  return Sample{*seconds, first->getNumber("clock_hz").value_or(0)};
}
