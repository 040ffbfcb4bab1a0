//===- TraceJIT.cpp - Compiled traces of stores -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TraceJIT.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ExecutionEngine/Orc/Mangling.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

using Context = TraceJIT::Context;

//===----------------------------------------------------------------------===//
// What compiled code calls
//===----------------------------------------------------------------------===//

static void onStore(Context *context, int64_t site, int64_t linear,
                    int64_t count, int64_t place) {
  context->visitor->store(context->sites[site], linear, count, place);
}

static void onBox(Context *context, int64_t number, int64_t place, int64_t a,
                  int64_t b, int64_t c, int64_t d, int64_t e) {
  const StoreSite &site = context->sites[number];
  const int64_t corner[maxBoxRank] = {a, b, c, d, e};
  context->visitor->box(site, ArrayRef(corner, site.shape.size()), place);
}

static void onEndless(Context *context, int64_t place) {
  context->visitor->fault("a loop goes round more than 2^40 times, or has a "
                          "step that is not positive",
                          place);
}

static void onDivision(Context *context, int64_t place) {
  context->visitor->fault("division by 0 or -1", place);
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

static void buildPipeline(PassManager &manager) {
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(arith::createArithExpandOpsPass());
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
}

TraceJIT::TraceJIT() {
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect,
                  func::FuncDialect, LLVM::LLVMDialect, scf::SCFDialect,
                  ub::UBDialect, vector::VectorDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
}
TraceJIT::~TraceJIT() = default;

std::unique_ptr<TraceJIT> TraceJIT::compile(ModuleOp module,
                                            std::string &obstacle) {
  std::string text;
  llvm::raw_string_ostream(text) << module;
  std::unique_ptr<TraceJIT> jit(new TraceJIT());
  ScopedDiagnosticHandler handler(jit->context.get(), [&](Diagnostic &diag) {
    if (obstacle.empty())
      obstacle = "addresses cannot be compiled: " + diag.str();
    return success();
  });
  auto parsed = parseSourceString<ModuleOp>(text, jit->context.get());
  PassManager manager(jit->context.get());
  buildPipeline(manager);
  if (!parsed || failed(manager.run(*parsed))) {
    if (obstacle.empty())
      obstacle = "addresses cannot be compiled";
    return nullptr;
  }
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto optimize = makeOptimizingTransformer(2, 0, nullptr);
  ExecutionEngineOptions options;
  options.transformer = optimize;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  auto engine = ExecutionEngine::create(*parsed, options);
  if (!engine) {
    obstacle =
        "addresses cannot be compiled: " + llvm::toString(engine.takeError());
    return nullptr;
  }
  jit->engine = std::move(*engine);
  jit->engine->registerSymbols([](llvm::orc::MangleAndInterner mangle) {
    llvm::orc::SymbolMap symbols;
    auto add = [&](StringRef name, auto *address) {
      symbols[mangle(name)] = {llvm::orc::ExecutorAddr::fromPtr(address),
                               llvm::JITSymbolFlags::Exported};
    };
    add("store", &onStore);
    add("box", &onBox);
    add("endless", &onEndless);
    add("division", &onDivision);
    return symbols;
  });
  auto address = jit->engine->lookup("trace");
  if (!address) {
    obstacle =
        "addresses cannot be compiled: " + llvm::toString(address.takeError());
    return nullptr;
  }
  jit->function =
      reinterpret_cast<void (*)(Context *, int64_t, int64_t)>(*address);
  return jit;
}

void TraceJIT::run(Context &state, int64_t begin, int64_t end) const {
  function(&state, begin, end);
}
