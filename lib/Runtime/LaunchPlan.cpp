//===- LaunchPlan.cpp - What to launch, on which memory ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/LaunchPlan.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA256.h"

using namespace kernel_opt;
using namespace kernel_opt::runtime;

int64_t PlanBuffer::elements() const {
  // Shapes are counted before they are verified.
  int64_t count = 1;
  for (int64_t extent : shape)
    if (llvm::MulOverflow(count, extent, count))
      return std::numeric_limits<int64_t>::max();
  return count;
}

static std::string shapeText(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (int64_t extent : shape)
    text += (text.size() > 1 ? "," : "") + std::to_string(extent);
  return text + "]";
}

llvm::Error PlanBuffer::checkShape(ArrayRef<int64_t> found,
                                   StringRef what) const {
  if (found == ArrayRef<int64_t>(shape))
    return llvm::Error::success();
  std::string text = "input '" + name + "': expected a tensor of shape " +
                     shapeText(shape) + ", found " + shapeText(found) +
                     " in '" + what.str() + "'";
  bool isOpen = found.size() == shape.size();
  for (size_t d = 0; isOpen && d < shape.size(); ++d)
    isOpen = found[d] == shape[d] || llvm::is_contained(specialized, d);
  if (isOpen)
    text += "; the program leaves that size open, but the plan is for the one "
            "that it was compiled with: compile it again with --input=" +
            stringOf(type).str() + shapeText(found);
  return llvm::createStringError(text);
}

SmallVector<unsigned> LaunchPlan::buffersOf(BufferRole role) const {
  SmallVector<unsigned> result;
  for (unsigned i = 0; i < buffers.size(); ++i)
    if (buffers[i].role == role)
      result.push_back(i);
  return result;
}

uint64_t LaunchPlan::totalBytes() const {
  uint64_t total = 0;
  for (const PlanBuffer &buffer : buffers)
    total += buffer.bytes();
  return total;
}

std::string LaunchPlan::digest() const {
  llvm::json::Object object = toJSON();
  object.erase("origin");
  // Members are printed in the order of their names.
  std::string text = llvm::formatv("{0}", llvm::json::Value(std::move(object)));
  auto hash = llvm::SHA256::hash(ArrayRef<uint8_t>(
      reinterpret_cast<const uint8_t *>(text.data()), text.size()));
  return llvm::toHex(hash, /*lowerCase=*/true);
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

namespace {
class Verifier {
public:
  explicit Verifier(const LaunchPlan &plan) : plan(plan) {}
  llvm::Error run();

private:
  llvm::Error error(const Twine &what) {
    return llvm::createStringError("launch plan '" + plan.name + "': " + what);
  }
  llvm::Error checkBuffer(const PlanBuffer &buffer);
  llvm::Error checkRange(StringRef what, unsigned buffer, uint64_t offset,
                         uint64_t bytes);
  llvm::Error checkTensorMap(StringRef what, const TensorMapArgument &argument);
  llvm::Error checkStep(const PlanStep &step, const std::string &what,
                        bool isPrepare);
  llvm::Error checkKernel(const KernelStep &step, StringRef what);

  const LaunchPlan &plan;
};
} // namespace

llvm::Error Verifier::checkBuffer(const PlanBuffer &buffer) {
  uint64_t elements = 1;
  for (int64_t extent : buffer.shape) {
    if (extent < 0)
      return error("buffer '" + buffer.name + "' has an extent of " +
                   Twine(extent));
    bool overflow = false;
    elements = llvm::SaturatingMultiply(elements, uint64_t(extent), &overflow);
    if (overflow || elements > (uint64_t(1) << 48))
      return error("buffer '" + buffer.name + "' is too large");
  }
  if (!llvm::isPowerOf2_64(buffer.alignment) || buffer.alignment > (1u << 20))
    return error("buffer '" + buffer.name + "' has an alignment of " +
                 Twine(buffer.alignment) +
                 "; expected a power of two up to 2^20");
  if (buffer.parameter && buffer.role != BufferRole::Input)
    return error("buffer '" + buffer.name +
                 "' is a parameter but not an input");
  if (buffer.range &&
      (buffer.role != BufferRole::Input || floatKindOf(buffer.type) ||
       buffer.range->first >= buffer.range->second))
    return error("buffer '" + buffer.name +
                 "' has a range; that is for inputs of integers, with the "
                 "first value below the last");
  bool isConstant = buffer.role == BufferRole::Constant;
  if (isConstant && buffer.data.size() != buffer.bytes())
    return error("constant '" + buffer.name + "' has " +
                 Twine(buffer.data.size()) +
                 " bytes of data; its shape needs " + Twine(buffer.bytes()));
  if (!isConstant && !buffer.data.empty())
    return error("buffer '" + buffer.name + "' has data but is no constant");
  return llvm::Error::success();
}

llvm::Error Verifier::checkRange(StringRef what, unsigned buffer,
                                 uint64_t offset, uint64_t bytes) {
  if (buffer >= plan.buffers.size())
    return error(what + " names buffer number " + Twine(buffer) +
                 ", which does not exist");
  const PlanBuffer &b = plan.buffers[buffer];
  if (offset > b.bytes() || bytes > b.bytes() - offset)
    return error(what + " reaches byte " + Twine(offset + bytes) +
                 " of buffer '" + b.name + "', which has " + Twine(b.bytes()));
  return llvm::Error::success();
}

llvm::Error Verifier::checkTensorMap(StringRef what,
                                     const TensorMapArgument &argument) {
  if (llvm::Error e = argument.map.verify())
    return error(what + ": " + llvm::toString(std::move(e)));
  const TensorMap &map = argument.map;
  // One past the last byte that the map names. Extents and strides of a valid
  // map may reach further than 64 bits count.
  uint64_t end = map.dims[0] * TensorMap::bytesOf(map.element);
  for (size_t i = 1; i < map.dims.size(); ++i)
    end = llvm::SaturatingMultiplyAdd(map.dims[i] - 1, map.strides[i - 1], end);
  if (llvm::Error e = checkRange(what, argument.buffer, argument.offset, end))
    return e;
  if (argument.offset % 16)
    return error(what +
                 ": the offset of a tensor map must be a multiple of 16");
  return llvm::Error::success();
}

llvm::Error Verifier::checkKernel(const KernelStep &step, StringRef what) {
  if (step.module >= plan.modules.size())
    return error(what + " names module number " + Twine(step.module) +
                 ", which does not exist");
  if (step.entry.empty())
    return error(what + " names no kernel");
  for (unsigned i = 0; i < 3; ++i)
    if (step.shape.grid[i] < 1 || step.shape.block[i] < 1)
      return error(what + " has an empty grid or block");
  for (auto [i, argument] : llvm::enumerate(step.arguments)) {
    std::string place = (what + ", argument " + Twine(i)).str();
    if (auto *buffer = std::get_if<BufferArgument>(&argument)) {
      if (llvm::Error e = checkRange(place, buffer->buffer, buffer->offset, 0))
        return e;
    } else if (auto *map = std::get_if<TensorMapArgument>(&argument)) {
      if (llvm::Error e = checkTensorMap(place, *map))
        return e;
    }
  }
  return llvm::Error::success();
}

/// The buffers that a step names.
static SmallVector<unsigned> buffersOf(const PlanStep &step) {
  SmallVector<unsigned> result;
  if (auto *fill = std::get_if<FillStep>(&step))
    result = {fill->buffer};
  else if (auto *copy = std::get_if<CopyStep>(&step))
    result = {copy->from, copy->to};
  else
    for (const PlanArgument &a : std::get<KernelStep>(step).arguments) {
      if (auto *buffer = std::get_if<BufferArgument>(&a))
        result.push_back(buffer->buffer);
      else if (auto *map = std::get_if<TensorMapArgument>(&a))
        result.push_back(map->buffer);
    }
  return result;
}

llvm::Error Verifier::checkStep(const PlanStep &step, const std::string &what,
                                bool isPrepare) {
  auto isWritable = [&](unsigned buffer) {
    BufferRole role = plan.buffers[buffer].role;
    return role == BufferRole::Output || role == BufferRole::Workspace ||
           (isPrepare && role == BufferRole::Prepared);
  };
  unsigned written = ~0u;
  if (auto *kernel = std::get_if<KernelStep>(&step)) {
    if (llvm::Error e = checkKernel(*kernel, what))
      return e;
  } else if (auto *fill = std::get_if<FillStep>(&step)) {
    if (llvm::Error e =
            checkRange(what, fill->buffer, fill->offset, fill->bytes))
      return e;
    written = fill->buffer;
  } else {
    const auto &copy = std::get<CopyStep>(step);
    for (unsigned b : {copy.from, copy.to})
      if (llvm::Error e = checkRange(what, b, 0, 0))
        return e;
    if (plan.buffers[copy.from].bytes() != plan.buffers[copy.to].bytes())
      return error(what + " copies between buffers of different sizes");
    written = copy.to;
  }
  if (written != ~0u && !isWritable(written))
    return error(what + " writes buffer '" + plan.buffers[written].name +
                 "', which is read only here");
  // What prepare steps read must not differ from one run to the next.
  if (isPrepare)
    for (unsigned b : buffersOf(step)) {
      const PlanBuffer &buffer = plan.buffers[b];
      if (buffer.role == BufferRole::Output ||
          (buffer.role == BufferRole::Input && !buffer.parameter))
        return error(what + " uses buffer '" + buffer.name +
                     "'; prepare steps may use parameters, constants, "
                     "prepared buffers and workspaces");
    }
  return llvm::Error::success();
}

/// The line of `ptx` that declares a global variable, 0 if none does. Tables of
/// libdevice, which have values, are none.
static unsigned findGlobal(StringRef ptx) {
  unsigned number = 0;
  for (StringRef line : llvm::split(ptx, '\n')) {
    ++number;
    line = line.split("//").first;
    for (size_t at = line.find(".global"); at != StringRef::npos;
         at = line.find(".global", at + 1)) {
      // Not the suffix of an instruction, nor what a parameter points to.
      StringRef before = line.take_front(at), after = line.drop_front(at + 7);
      if ((!before.empty() && (llvm::isAlnum(before.back()) ||
                               before.rtrim().ends_with(".ptr"))) ||
          after.empty() || !llvm::isSpace(after.front()))
        continue;
      if (after.contains(" __cudart_") && after.contains("] = {"))
        continue;
      return number;
    }
  }
  return 0;
}

llvm::Error Verifier::run() {
  llvm::StringSet<> names;
  for (const PlanBuffer &buffer : plan.buffers) {
    if (buffer.name.empty() || !names.insert(buffer.name).second)
      return error("two buffers are named '" + buffer.name +
                   "', or one has no name");
    if (llvm::Error e = checkBuffer(buffer))
      return e;
  }
  if (plan.buffersOf(BufferRole::Output).empty())
    return error("it has no output");
  names.clear();
  for (const PlanModule &module : plan.modules)
    if (module.name.empty() || !names.insert(module.name).second)
      return error("two modules are named '" + module.name +
                   "', or one has no name");
  // What one run leaves there the next could find instead of computing it.
  for (const PlanModule &module : plan.modules)
    if (unsigned line = StringRef(module.image)
                                .starts_with("\x7f"
                                             "ELF")
                            ? 0
                            : findGlobal(module.image))
      return error("module '" + module.name + "', line " + Twine(line) +
                   ": expected no global variables, found one; memory that "
                   "kernels write belongs into buffers");
  for (bool isPrepare : {true, false}) {
    StringRef list = isPrepare ? "prepare" : "launches";
    for (auto [i, step] :
         llvm::enumerate(isPrepare ? plan.prepare : plan.launches))
      if (llvm::Error e =
              checkStep(step, (list + "[" + Twine(i) + "]").str(), isPrepare))
        return e;
  }
  if (plan.launches.empty())
    return error("it launches nothing");
  return llvm::Error::success();
}

llvm::Error LaunchPlan::verify() const { return Verifier(*this).run(); }
