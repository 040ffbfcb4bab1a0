//===- LLVMModule.cpp - From an LLVM module to PTX --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LLVMModule.h"
#include "kernel-opt/Target/NVPTX/Toolkit.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/Transforms/Scalar/Scalarizer.h"

// Declared by the target's own library, which has no public header.
extern "C" {
void LLVMInitializeNVPTXTarget();
void LLVMInitializeNVPTXTargetInfo();
void LLVMInitializeNVPTXTargetMC();
void LLVMInitializeNVPTXAsmPrinter();
}

using namespace kernel_opt;
using namespace kernel_opt::nvptx;

static constexpr const char *kTriple = "nvptx64-nvidia-cuda";

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeMachine(const Chip &chip, const PtxOptions &options) {
  static const bool initialized = [] {
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
    return true;
  }();
  (void)initialized;
  std::string message;
  llvm::Triple triple(kTriple);
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return llvm::createStringError("this LLVM has no NVPTX target: " + message);
  // Contraction is decided by flags in the IR alone.
  llvm::TargetOptions targetOptions;
  targetOptions.AllowFPOpFusion = llvm::FPOpFusion::Standard;
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, chip.name, chip.features(), targetOptions, std::nullopt,
      std::nullopt,
      static_cast<llvm::CodeGenOptLevel>(std::min(options.optLevel, 3u))));
  if (!machine)
    return llvm::createStringError("cannot generate code for '" + chip.name +
                                   "'");
  return machine;
}

//===----------------------------------------------------------------------===//
// libdevice
//===----------------------------------------------------------------------===//

static bool needsLibdevice(const llvm::Module &module) {
  return llvm::any_of(module, [](const llvm::Function &function) {
    return function.isDeclaration() && function.getName().starts_with("__nv_");
  });
}

static llvm::Error linkLibdevice(llvm::Module &module, StringRef cudaPath) {
  llvm::Expected<std::string> file = findLibdevice(cudaPath);
  if (!file)
    return file.takeError();
  llvm::SMDiagnostic diagnostic;
  std::unique_ptr<llvm::Module> library =
      llvm::getLazyIRFileModule(*file, diagnostic, module.getContext());
  if (!library)
    return llvm::createStringError("cannot read '" + *file +
                                   "': " + diagnostic.getMessage());
  library->setTargetTriple(module.getTargetTriple());
  library->setDataLayout(module.getDataLayout());
  if (llvm::Linker::linkModules(module, std::move(library),
                                llvm::Linker::Flags::LinkOnlyNeeded))
    return llvm::createStringError("cannot link '" + *file + "'");
  return llvm::Error::success();
}

/// libdevice asks how it is to compute. LLVM answers 0 to what it does not
/// know, which means approximate division and square roots: so the answers are
/// ours.
static void answerReflect(llvm::Module &module, const Chip &chip) {
  llvm::Function *reflect = module.getFunction("__nvvm_reflect");
  if (!reflect)
    return;
  for (llvm::User *user : llvm::make_early_inc_range(reflect->users())) {
    auto *call = dyn_cast<llvm::CallInst>(user);
    if (!call)
      continue;
    StringRef question;
    auto *global = dyn_cast<llvm::GlobalVariable>(
        call->getArgOperand(0)->stripPointerCasts());
    if (global && global->hasInitializer())
      if (auto *data =
              dyn_cast<llvm::ConstantDataSequential>(global->getInitializer()))
        question = data->isCString() ? data->getAsCString() : StringRef();
    unsigned answer = StringSwitch<unsigned>(question)
                          .Case("__CUDA_FTZ", 0)
                          .Case("__CUDA_PREC_DIV", 1)
                          .Case("__CUDA_PREC_SQRT", 1)
                          .Case("__CUDA_ARCH", chip.sm * 10)
                          .Default(0);
    call->replaceAllUsesWith(llvm::ConstantInt::get(call->getType(), answer));
    call->eraseFromParent();
  }
}

//===----------------------------------------------------------------------===//
// Optimization and code generation
//===----------------------------------------------------------------------===//

/// Makes the kernel the only thing that stays: all else is inlined into it.
/// Inline assembly is marked convergent: most of ours involves several threads,
/// and must not be moved under a condition.
static void prepareFunctions(llvm::Module &module, StringRef kernel) {
  for (llvm::Function &function : module) {
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = dyn_cast<llvm::CallInst>(&instruction);
          call && call->isInlineAsm())
        call->addFnAttr(llvm::Attribute::Convergent);
    if (function.isDeclaration() || function.getName() == kernel)
      continue;
    function.setLinkage(llvm::GlobalValue::InternalLinkage);
    function.removeFnAttr(llvm::Attribute::NoInline);
    function.removeFnAttr(llvm::Attribute::OptimizeNone);
    function.addFnAttr(llvm::Attribute::AlwaysInline);
  }
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine,
                     unsigned level) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  // Vectors were chosen by the schedule.
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  llvm::OptimizationLevel levels[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::ModulePassManager passes;
  // Long vectors that live through loops become scalars, hence registers.
  // Memory accesses stay vectors, and so do pairs of 16-bit values.
  llvm::ScalarizerPassOptions scalarizer;
  scalarizer.ScalarizeMinBits = 32;
  llvm::FunctionPassManager early;
  early.addPass(llvm::ScalarizerPass(scalarizer));
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(early)));
  passes.addPass(level == 0 ? builder.buildO0DefaultPipeline(levels[0])
                            : builder.buildPerModuleDefaultPipeline(
                                  levels[std::min(level, 3u)]));
  passes.run(module, modules);
}

/// Collects what LLVM would otherwise print before it ends the process.
static void collectDiagnostic(const llvm::DiagnosticInfo *info, void *text) {
  if (info->getSeverity() != llvm::DS_Error)
    return;
  llvm::raw_string_ostream stream(*static_cast<std::string *>(text));
  llvm::DiagnosticPrinterRawOStream printer(stream);
  info->print(printer);
  stream << "\n";
}

llvm::Expected<std::string> nvptx::generatePTX(llvm::Module &module,
                                               StringRef kernel,
                                               const Chip &chip,
                                               const PtxOptions &options) {
  std::string errors;
  module.getContext().setDiagnosticHandlerCallBack(collectDiagnostic, &errors);
  auto machine = makeMachine(chip, options);
  if (!machine)
    return machine.takeError();
  module.setTargetTriple((*machine)->getTargetTriple());
  module.setDataLayout((*machine)->createDataLayout());
  if (needsLibdevice(module))
    if (llvm::Error error = linkLibdevice(module, options.cudaPath))
      return std::move(error);
  answerReflect(module, chip);
  prepareFunctions(module, kernel);
  llvm::raw_string_ostream problems(errors);
  if (llvm::verifyModule(module, &problems))
    return llvm::createStringError("invalid LLVM IR: " + errors);
  optimize(module, **machine, options.optLevel);

  llvm::SmallString<0> ptx;
  llvm::raw_svector_ostream stream(ptx);
  llvm::legacy::PassManager codegen;
  if ((*machine)->addPassesToEmitFile(codegen, stream, nullptr,
                                      llvm::CodeGenFileType::AssemblyFile))
    return llvm::createStringError("LLVM cannot write PTX");
  codegen.run(module);
  if (!errors.empty())
    return llvm::createStringError("code generation failed: " + errors);
  return ptx.str().str();
}
