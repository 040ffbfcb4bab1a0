//===- JITReference.cpp - A second reference, compiled ------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/JITReference.h"
#include "Lowering.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ExecutionEngine/Orc/Mangling.h"
#include "llvm/Support/TargetSelect.h"
#include <cstdlib>
#include <cstring>
#include <numeric>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// What the program allocates while it runs; nothing in it frees.
struct Arena {
  std::vector<void *> blocks;
  ~Arena() {
    for (void *block : blocks)
      std::free(block);
  }
};

/// Elements of one argument or result in memory, and its descriptor: allocated
/// pointer, aligned pointer, offset, sizes, strides.
struct Buffer {
  std::vector<char> bytes;
  SmallVector<int64_t> descriptor;
  void *pointer = nullptr; ///< to the descriptor

  Buffer(ArrayRef<int64_t> shape, unsigned elementBytes) {
    int64_t count = std::accumulate(shape.begin(), shape.end(), int64_t(1),
                                    std::multiplies<int64_t>());
    bytes.resize(size_t(count) * elementBytes + 1);
    auto address = reinterpret_cast<int64_t>(bytes.data());
    descriptor = {address, address, 0};
    descriptor.append(shape.begin(), shape.end());
    int64_t stride = count;
    for (int64_t size : shape) {
      stride = size ? stride / size : 0;
      descriptor.push_back(stride);
    }
  }
};

/// A descriptor whose rank is known at run time only.
struct UnrankedMemRef {
  int64_t rank;
  int64_t *descriptor;
};
} // namespace

static thread_local Arena *currentArena = nullptr;

static void *arenaMalloc(uint64_t size) {
  // Never written memory is all ones, a NaN.
  void *block = std::malloc(size + 64);
  std::memset(block, 0xff, size + 64);
  currentArena->blocks.push_back(block);
  return block;
}
static void arenaFree(void *) {}

/// The function that lowered copies between strided memrefs call.
static void copyMemRef(int64_t elementBytes, UnrankedMemRef *from,
                       UnrankedMemRef *to) {
  int64_t rank = from->rank;
  const int64_t *sizes = from->descriptor + 3;
  const int64_t *fromStrides = sizes + rank;
  const int64_t *toStrides = to->descriptor + 3 + rank;
  auto *source = reinterpret_cast<char *>(from->descriptor[1]) +
                 from->descriptor[2] * elementBytes;
  auto *target = reinterpret_cast<char *>(to->descriptor[1]) +
                 to->descriptor[2] * elementBytes;
  std::vector<int64_t> index(rank, 0);
  if (std::any_of(sizes, sizes + rank, [](int64_t s) { return s == 0; }))
    return;
  while (true) {
    int64_t a = 0, b = 0;
    for (int64_t d = 0; d < rank; ++d)
      a += index[d] * fromStrides[d], b += index[d] * toStrides[d];
    std::memcpy(target + b * elementBytes, source + a * elementBytes,
                elementBytes);
    int64_t d = rank;
    while (d-- > 0) {
      if (++index[d] < sizes[d])
        break;
      index[d] = 0;
    }
    if (d < 0)
      return;
  }
}

static unsigned getElementBytes(Type type) {
  if (isa<FloatType>(type) || isa<IndexType>(type))
    return 8;
  return (type.getIntOrFloatBitWidth() + 7) / 8;
}

static void fillArgument(Buffer &buffer, unsigned number, RankedTensorType type,
                         Domain &domain, InputSource &inputs) {
  std::vector<int64_t> indices(size_t(type.getNumElements()));
  std::iota(indices.begin(), indices.end(), 0);
  if (auto kind = getFloatKind(type.getElementType())) {
    inputs.floats(domain, number, *kind, type.getShape(), indices,
                  buffer.bytes.data());
    return;
  }
  std::vector<int64_t> values(indices.size());
  unsigned width = isa<IndexType>(type.getElementType())
                       ? 64
                       : type.getElementTypeBitWidth();
  inputs.integers(number, width, type.getShape(), indices, values.data());
  unsigned bytes = getElementBytes(type.getElementType());
  // Little-endian: the low bytes come first.
  for (auto [i, value] : llvm::enumerate(values))
    std::memcpy(buffer.bytes.data() + i * bytes, &value, bytes);
}

static HostTensor readResult(const Buffer &buffer, RankedTensorType type) {
  HostTensor result;
  result.shape.assign(type.getShape().begin(), type.getShape().end());
  auto count = size_t(type.getNumElements());
  result.isFloat = isa<FloatType>(type.getElementType());
  if (result.isFloat) {
    result.floats.resize(count);
    std::memcpy(result.floats.data(), buffer.bytes.data(), count * 8);
    return result;
  }
  unsigned bytes = getElementBytes(type.getElementType());
  unsigned width = type.getElementType().isInteger(1) ? 1 : bytes * 8;
  for (size_t i = 0; i < count; ++i) {
    uint64_t value = 0;
    std::memcpy(&value, buffer.bytes.data() + i * bytes, bytes);
    result.ints.push_back(width == 1
                              ? int64_t(value & 1)
                              : int64_t(value << (64 - width)) >> (64 - width));
  }
  return result;
}

static FailureOr<std::unique_ptr<mlir::ExecutionEngine>>
compile(ModuleOp module) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  mlir::ExecutionEngineOptions options;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  auto engine = mlir::ExecutionEngine::create(module, options);
  if (!engine) {
    module.emitError("cannot be compiled: ")
        << llvm::toString(engine.takeError());
    return failure();
  }
  (*engine)->registerSymbols([](llvm::orc::MangleAndInterner mangle) {
    llvm::orc::SymbolMap symbols;
    auto add = [&](StringRef name, void *address) {
      symbols[mangle(name)] = {llvm::orc::ExecutorAddr::fromPtr(address),
                               llvm::JITSymbolFlags::Exported};
    };
    add("malloc", reinterpret_cast<void *>(&arenaMalloc));
    add("free", reinterpret_cast<void *>(&arenaFree));
    add("memrefCopy", reinterpret_cast<void *>(&copyMemRef));
    return symbols;
  });
  return std::move(*engine);
}

FailureOr<std::vector<HostTensor>> verify::runCompiled(Block &program,
                                                       InputSource &inputs) {
  SmallVector<Type> types(program.getArgumentTypes());
  llvm::append_range(types, program.getTerminator()->getOperandTypes());
  for (Type type : types) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return mlir::emitError(program.getParentOp()->getLoc(),
                             "expected tensors of static shape, found ")
                 << type,
             failure();
  }
  FailureOr<OwningOpRef<ModuleOp>> module = lowerToLLVM(program);
  if (failed(module))
    return failure();
  auto engine = compile(**module);
  if (failed(engine))
    return failure();

  auto domain = createF64Domain();
  std::vector<Buffer> buffers;
  buffers.reserve(types.size());
  for (auto [i, type] : llvm::enumerate(types)) {
    auto tensor = cast<RankedTensorType>(type);
    buffers.emplace_back(tensor.getShape(),
                         getElementBytes(tensor.getElementType()));
    if (i < program.getNumArguments())
      fillArgument(buffers.back(), unsigned(i), tensor, *domain, inputs);
  }
  SmallVector<void *> arguments;
  for (Buffer &buffer : buffers) {
    buffer.pointer = buffer.descriptor.data();
    arguments.push_back(&buffer.pointer);
  }
  Arena arena;
  currentArena = &arena;
  llvm::Error error = (*engine)->invokePacked(
      ("_mlir_ciface_" + compiledName).str(), arguments);
  currentArena = nullptr;
  if (error) {
    mlir::emitError(program.getParentOp()->getLoc(), "cannot be run: ")
        << llvm::toString(std::move(error));
    return failure();
  }
  std::vector<HostTensor> results;
  for (size_t i = program.getNumArguments(); i < types.size(); ++i)
    results.push_back(readResult(buffers[i], cast<RankedTensorType>(types[i])));
  return results;
}
