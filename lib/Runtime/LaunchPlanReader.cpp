//===- LaunchPlanReader.cpp - Reads launch plans from JSON -------*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchPlanNames.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "kernel-opt/Support/JSONReader.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::runtime;
namespace json = llvm::json;

static constexpr int64_t anySize = int64_t(1) << 53; // exact in every reader
static constexpr uint64_t mostSplatBytes = uint64_t(1) << 32;

template <size_t N>
static std::optional<unsigned> indexOf(const StringLiteral (&names)[N],
                                       StringRef name) {
  for (unsigned i = 0; i < N; ++i)
    if (names[i] == name)
      return i;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
class PlanReader {
public:
  PlanReader(LaunchPlan &plan, JSONErrors &errors, StringRef folder)
      : plan(plan), errors(errors), folder(folder) {}
  void read(const json::Value &value);

private:
  void readModule(const json::Value &value, const std::string &where);
  void readBuffer(const json::Value &value, const std::string &where);
  void readConstant(JSONReader &reader, PlanBuffer &buffer);
  std::vector<PlanStep> readSteps(JSONReader &reader, StringRef key,
                                  bool required);
  PlanStep readStep(const json::Value &value, const std::string &where);
  KernelStep readKernel(JSONReader &reader);
  PlanArgument readArgument(const json::Value &value, const std::string &where);
  TensorMapArgument readTensorMap(const json::Value *value,
                                  const std::string &where);
  ScalarArgument readScalar(const json::Value *value, const std::string &where);
  std::array<unsigned, 3> readExtents(JSONReader &reader, StringRef key,
                                      bool required, unsigned otherwise);
  unsigned bufferNamed(JSONReader &reader, StringRef key);

  LaunchPlan &plan;
  JSONErrors &errors;
  StringRef folder;
  uint64_t splatBytes = 0; ///< so far
};
} // namespace

static std::string decodeBase64(JSONReader &reader, StringRef key) {
  std::vector<char> bytes;
  if (llvm::Error e = llvm::decodeBase64(reader.string(key), bytes))
    reader.fail(key, "is not base64: " + llvm::toString(std::move(e)));
  return std::string(bytes.begin(), bytes.end());
}

void PlanReader::readModule(const json::Value &value,
                            const std::string &where) {
  JSONReader reader(&value, where, errors);
  PlanModule module;
  module.name = reader.string("name");
  int forms = reader.has("ptx") + reader.has("cubin") + reader.has("file");
  if (forms != 1) {
    reader.fail("expected one of 'ptx', 'cubin' and 'file'");
    return;
  }
  if (reader.has("ptx")) {
    module.image = reader.string("ptx");
  } else if (reader.has("cubin")) {
    module.image = decodeBase64(reader, "cubin");
  } else {
    SmallString<128> path(reader.string("file"));
    if (!llvm::sys::path::is_absolute(path))
      path = (folder + "/" + path).str();
    auto file = llvm::MemoryBuffer::getFile(path);
    if (file)
      module.image = (*file)->getBuffer().str();
    else
      reader.fail("file",
                  "cannot read '" + path + "': " + file.getError().message());
  }
  reader.finish();
  plan.modules.push_back(std::move(module));
}

/// Constants come as base64 of their bytes, or as one number for all elements.
void PlanReader::readConstant(JSONReader &reader, PlanBuffer &buffer) {
  if (reader.has("data") == reader.has("splat")) {
    reader.fail("a constant needs one of 'data' and 'splat'");
    return;
  }
  if (reader.has("data")) {
    buffer.data = decodeBase64(reader, "data");
    return;
  }
  double value = reader.number("splat");
  // A few bytes of text must not ask for all of memory.
  splatBytes = llvm::SaturatingAdd(splatBytes, buffer.bytes());
  if (errors.any() || splatBytes > mostSplatBytes) {
    reader.fail("expected splats of at most " + Twine(mostSplatBytes) +
                " bytes in all");
    return;
  }
  unsigned bytes = bytesOf(buffer.type);
  buffer.data.resize(buffer.bytes());
  for (size_t at = 0; at < buffer.data.size(); at += bytes)
    encodeElement(buffer.type, value, &buffer.data[at]);
}

void PlanReader::readBuffer(const json::Value &value,
                            const std::string &where) {
  JSONReader reader(&value, where, errors);
  PlanBuffer buffer;
  buffer.name = reader.string("name");
  if (auto role = indexOf(roleNames, reader.string("role")))
    buffer.role = BufferRole(*role);
  else
    reader.fail("role", "expected input, output, workspace, prepared or "
                        "constant");
  if (auto type = elementTypeOf(reader.string("type")))
    buffer.type = *type;
  else
    reader.fail("type", "unknown element type; expected one like f32");
  auto shape = reader.integers("shape", 0, anySize);
  buffer.shape.assign(shape.begin(), shape.end());
  auto open = reader.integers("specialized", 0, int64_t(shape.size()) - 1,
                              /*required=*/false);
  buffer.specialized.assign(open.begin(), open.end());
  buffer.alignment = uint64_t(reader.integer("alignment", 1, 1 << 20, 16));
  buffer.parameter = reader.boolean("parameter", false);
  if (reader.has("range")) {
    auto range = reader.integers("range", -anySize, anySize);
    if (range.size() == 2)
      buffer.range = {range[0], range[1]};
    else
      reader.fail("range", "expected two integers");
  }
  if (buffer.role == BufferRole::Constant)
    readConstant(reader, buffer);
  reader.finish();
  plan.buffers.push_back(std::move(buffer));
}

unsigned PlanReader::bufferNamed(JSONReader &reader, StringRef key) {
  std::string name = reader.string(key);
  for (unsigned i = 0; i < plan.buffers.size(); ++i)
    if (plan.buffers[i].name == name)
      return i;
  reader.fail(key, "there is no buffer '" + name + "'");
  return 0;
}

std::array<unsigned, 3> PlanReader::readExtents(JSONReader &reader,
                                                StringRef key, bool required,
                                                unsigned otherwise) {
  std::array<unsigned, 3> result{otherwise, otherwise, otherwise};
  if (!required && !reader.has(key)) {
    reader.value(key, /*required=*/false);
    return result;
  }
  auto extents = reader.integers(key, 1, INT32_MAX);
  if (extents.empty() || extents.size() > 3)
    reader.fail(key, "expected one to three integers");
  result = {1, 1, 1};
  for (size_t i = 0; i < extents.size() && i < 3; ++i)
    result[i] = unsigned(extents[i]);
  return result;
}

TensorMapArgument PlanReader::readTensorMap(const json::Value *value,
                                            const std::string &where) {
  JSONReader reader(value, where, errors);
  TensorMapArgument argument;
  argument.buffer = bufferNamed(reader, "buffer");
  argument.offset = uint64_t(reader.integer("offset", 0, anySize, 0));
  TensorMap &map = argument.map;
  if (auto element = indexOf(mapElementNames, reader.string("element")))
    map.element = TensorMap::Element(*element);
  else
    reader.fail("element", "unknown element type of a tensor map");
  for (int64_t n : reader.integers("dims", 1, int64_t(1) << 32))
    map.dims.push_back(uint64_t(n));
  for (int64_t n : reader.integers("strides", 0, anySize))
    map.strides.push_back(uint64_t(n));
  for (int64_t n : reader.integers("box", 1, 256))
    map.box.push_back(uint32_t(n));
  for (int64_t n : reader.integers("element_strides", 1, 8, /*required=*/false))
    map.elementStrides.push_back(uint32_t(n));
  map.swizzleBytes = unsigned(reader.integer("swizzle", 0, 128, 0));
  map.l2PromotionBytes = unsigned(reader.integer("l2_promotion", 0, 256, 0));
  std::string fill = reader.string("fill", "zero");
  map.fill = fill == "nan" ? TensorMap::Fill::NaN : TensorMap::Fill::Zero;
  if (fill != "nan" && fill != "zero")
    reader.fail("fill", "expected zero or nan");
  reader.finish();
  return argument;
}

ScalarArgument PlanReader::readScalar(const json::Value *value,
                                      const std::string &where) {
  JSONReader reader(value, where, errors);
  ScalarArgument scalar{ElementType::I32, 0};
  if (auto type = elementTypeOf(reader.string("type")))
    scalar.type = *type;
  else
    reader.fail("type", "unknown element type; expected one like i32");
  if (reader.has("bits")) {
    // For what JSON has no number for: infinities and NaN.
    scalar.bits = uint64_t(reader.integer("bits", 0, anySize));
  } else if (floatKindOf(scalar.type)) {
    encodeElement(scalar.type, reader.number("value"), &scalar.bits);
  } else {
    // Either reading of the top bit: i32 takes -1 and 4294967295.
    unsigned bits = 8 * bytesOf(scalar.type);
    int64_t least = bits == 64 ? INT64_MIN : -(int64_t(1) << (bits - 1));
    int64_t most = bits == 64 ? INT64_MAX : (int64_t(1) << bits) - 1;
    int64_t n = reader.integer("value", least, most);
    std::memcpy(&scalar.bits, &n, bytesOf(scalar.type));
  }
  reader.finish();
  return scalar;
}

PlanArgument PlanReader::readArgument(const json::Value &value,
                                      const std::string &where) {
  JSONReader reader(&value, where, errors);
  PlanArgument argument;
  if (reader.has("tensor_map")) {
    argument = readTensorMap(reader.value("tensor_map"), where + ".tensor_map");
  } else if (reader.has("scalar")) {
    argument = readScalar(reader.value("scalar"), where + ".scalar");
  } else {
    BufferArgument buffer{};
    if (reader.has("buffer"))
      buffer.buffer = bufferNamed(reader, "buffer");
    else
      reader.fail("expected one of 'buffer', 'tensor_map' and 'scalar'");
    buffer.offset = uint64_t(reader.integer("offset", 0, anySize, 0));
    argument = buffer;
  }
  reader.finish();
  return argument;
}

KernelStep PlanReader::readKernel(JSONReader &reader) {
  KernelStep step;
  step.entry = reader.string("kernel");
  std::string module = reader.string(
      "module",
      plan.modules.size() == 1 ? StringRef(plan.modules[0].name) : StringRef());
  step.module = unsigned(plan.modules.size());
  for (unsigned i = 0; i < plan.modules.size(); ++i)
    if (plan.modules[i].name == module)
      step.module = i;
  if (step.module == plan.modules.size())
    reader.fail("module", "there is no module '" + module + "'");
  step.shape.grid = readExtents(reader, "grid", /*required=*/true, 1);
  step.shape.block = readExtents(reader, "block", /*required=*/true, 1);
  step.shape.cluster = readExtents(reader, "cluster", /*required=*/false, 0);
  step.shape.sharedBytes =
      unsigned(reader.integer("shared_bytes", 0, INT32_MAX, 0));
  step.shape.cooperative = reader.boolean("cooperative", false);
  reader.each("arguments", /*required=*/true,
              [&](const json::Value &v, const std::string &at) {
                step.arguments.push_back(readArgument(v, at));
              });
  return step;
}

PlanStep PlanReader::readStep(const json::Value &value,
                              const std::string &where) {
  JSONReader reader(&value, where, errors);
  PlanStep step;
  if (reader.has("kernel")) {
    step = readKernel(reader);
  } else if (reader.has("fill")) {
    FillStep fill{};
    fill.buffer = bufferNamed(reader, "fill");
    fill.value = uint8_t(reader.integer("value", 0, 255, 0));
    fill.offset = uint64_t(reader.integer("offset", 0, anySize, 0));
    uint64_t all = fill.buffer < plan.buffers.size()
                       ? plan.buffers[fill.buffer].bytes()
                       : 0;
    int64_t rest = int64_t(all > fill.offset ? all - fill.offset : 0);
    fill.bytes = uint64_t(reader.integer("bytes", 0, anySize, rest));
    step = fill;
  } else if (reader.has("copy")) {
    CopyStep copy{};
    copy.from = bufferNamed(reader, "copy");
    copy.to = bufferNamed(reader, "to");
    step = copy;
  } else {
    reader.fail("expected one of 'kernel', 'fill' and 'copy'");
  }
  reader.finish();
  return step;
}

std::vector<PlanStep> PlanReader::readSteps(JSONReader &reader, StringRef key,
                                            bool required) {
  std::vector<PlanStep> steps;
  reader.each(key, required, [&](const json::Value &v, const std::string &at) {
    steps.push_back(readStep(v, at));
  });
  return steps;
}

void PlanReader::read(const json::Value &value) {
  JSONReader reader(&value, "", errors);
  int64_t version = reader.integer(versionKey, 1, INT32_MAX);
  if (version > LaunchPlan::version) {
    reader.fail(versionKey, "is version " + Twine(version) +
                                "; this program reads up to version " +
                                Twine(LaunchPlan::version));
    return;
  }
  plan.name = reader.string("name");
  plan.target = reader.string("target");
  reader.each(
      "modules", /*required=*/true,
      [&](const json::Value &v, const std::string &at) { readModule(v, at); });
  reader.each(
      "buffers", /*required=*/true,
      [&](const json::Value &v, const std::string &at) { readBuffer(v, at); });
  plan.prepare = readSteps(reader, "prepare", /*required=*/false);
  plan.launches = readSteps(reader, "launches", /*required=*/true);
  if (const json::Value *work = reader.value("work", /*required=*/false)) {
    JSONReader inner(work, "work", errors);
    plan.compulsoryBytes = uint64_t(inner.integer("bytes", 0, anySize, 0));
    plan.flops = inner.number("flops", 0);
    inner.finish();
  }
  if (const json::Value *origin = reader.value("origin", /*required=*/false)) {
    if (const json::Object *object = origin->getAsObject())
      plan.origin = *object;
    else
      reader.fail("origin", "expected an object");
  }
  reader.finish();
}

llvm::Expected<LaunchPlan> LaunchPlan::fromJSON(const json::Value &value,
                                                StringRef folder) {
  LaunchPlan plan;
  JSONErrors errors;
  PlanReader(plan, errors, folder).read(value);
  if (llvm::Error e = errors.take("launch plan"))
    return std::move(e);
  if (llvm::Error e = plan.verify())
    return std::move(e);
  return std::move(plan);
}

llvm::Expected<LaunchPlan> LaunchPlan::fromFile(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return llvm::createStringError(file.getError(),
                                   "cannot read the launch plan '" + path +
                                       "': " + file.getError().message());
  llvm::Expected<json::Value> value = parseJSON((*file)->getBuffer());
  if (!value)
    return llvm::createStringError(
        "'" + path + "' is not JSON: " + llvm::toString(value.takeError()));
  SmallString<128> folder(llvm::sys::path::parent_path(path));
  llvm::Expected<LaunchPlan> plan =
      fromJSON(*value, folder.empty() ? StringRef(".") : StringRef(folder));
  if (!plan)
    return llvm::createStringError("'" + path +
                                   "': " + llvm::toString(plan.takeError()));
  return plan;
}
