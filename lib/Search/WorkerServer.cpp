//===- WorkerServer.cpp - What a worker does with a candidate ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Kernel/FusionPlan.h"
#include "kernel-opt/Kernel/KernelFacts.h"
#include "kernel-opt/Schedule/ScheduleLibrary.h"
#include "kernel-opt/Search/Rules.h"
#include "kernel-opt/Search/Worker.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include <csignal>
#include <iostream>
#include <sys/resource.h>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

/// Most uses of rules that a variant lists.
static constexpr unsigned mostUses = 512;

class CandidateServer::Session {
public:
  explicit Session(DialectRegistry &registry) : context(registry) {
    context.loadAllAvailableDialects();
    context.printOpOnDiagnostic(false);
  }
  /// The answer to one request; an error becomes one that is not fatal.
  llvm::Expected<json::Object> answer(const json::Value &request);

private:
  llvm::Expected<json::Object> open(JSONReader &request);
  llvm::Expected<json::Object> judge(JSONReader &request);
  llvm::Expected<json::Object> prompt(JSONReader &request);
  llvm::Expected<json::Object> makeVariant(const json::Value &choice,
                                           bool check);
  struct ChosenKernel {
    OwningOpRef<ModuleOp> module;
    KernelChoice choice;
  };
  llvm::Expected<ChosenKernel> readChosenKernel(JSONReader &request);
  llvm::Expected<json::Object> evaluate(JSONReader &request);
  llvm::Expected<json::Object> check(JSONReader &request);
  llvm::Error needSession() const;
  llvm::Expected<OwningOpRef<ModuleOp>> parse(StringRef text,
                                              const Twine &what);
  llvm::Expected<json::Object> describe(ModuleOp module, Variant variant);
  optimizer::Options options() const;

  MLIRContext context;
  OwningOpRef<ModuleOp> program;
  std::optional<RuleBook> book;
  std::optional<schedule::ScheduleLibrary> library;
  std::vector<SetText> sets;
  std::vector<std::string> schedules;
  nvptx::PtxOptions compile;
  std::string policy;
};

namespace {
/// Keeps what is reported while it lives, with places.
class Diagnostics {
public:
  explicit Diagnostics(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return success();
          llvm::raw_string_ostream os(text);
          os << (text.empty() ? "" : "; ") << diagnostic;
          for (Diagnostic &note : diagnostic.getNotes())
            os << " (" << note << ")";
          return success();
        }) {}
  std::string take(StringRef otherwise) {
    return text.empty() ? otherwise.str() : std::exchange(text, "");
  }

private:
  std::string text;
  ScopedDiagnosticHandler handler;
};
} // namespace

//===----------------------------------------------------------------------===//
// Session
//===----------------------------------------------------------------------===//

static llvm::Expected<uint64_t> readNonce(JSONReader &request) {
  uint64_t number = 0;
  if (StringRef(request.string("nonce")).getAsInteger(16, number))
    return llvm::createStringError("nonce: expected hexadecimal digits");
  return number;
}

llvm::Expected<OwningOpRef<ModuleOp>>
CandidateServer::Session::parse(StringRef text, const Twine &what) {
  Diagnostics errors(&context);
  auto module = parseModule(text, what.str(), &context);
  if (!module)
    return llvm::createStringError("cannot read the " + what + ": " +
                                   errors.take("it is not a module"));
  return module;
}

llvm::Expected<json::Object>
CandidateServer::Session::open(JSONReader &request) {
  // What fails halfway leaves no session, rather than parts of two.
  book.reset();
  std::string text = request.string("program");
  sets.clear();
  request.each("rewrite_sets", true,
               [&](const json::Value &each, const std::string &at) {
                 JSONReader set(&each, at, request.allErrors());
                 sets.push_back({set.string("name"), set.string("text")});
                 set.finish();
               });
  schedules = request.strings("schedules");
  compile.target = request.string("target");
  compile.cudaPath = request.string("cuda_path");
  policy = request.string("policy");
  request.finish();
  if (llvm::Error error = request.allErrors().take("request"))
    return std::move(error);
  auto parsed = parse(text, "program");
  if (!parsed)
    return parsed.takeError();
  program = std::move(*parsed);

  Diagnostics errors(&context);
  auto rules = RuleBook::load(&context, sets);
  if (failed(rules))
    return llvm::createStringError(errors.take("cannot load the rewrite sets"));
  book.emplace(std::move(*rules));
  auto strategies = schedule::ScheduleLibrary::load(&context, schedules,
                                                    options().scheduleTexts);
  if (failed(strategies))
    return llvm::createStringError(errors.take("cannot load the schedules"));
  library.emplace(std::move(*strategies));
  return json::Object{{"program", structuralHash(*program)}};
}

llvm::Error CandidateServer::Session::needSession() const {
  if (book)
    return llvm::Error::success();
  return llvm::createStringError("the request 'open' must come first");
}

optimizer::Options CandidateServer::Session::options() const {
  optimizer::Options options;
  options.compile = compile;
  options.schedules = schedules;
  options.policy = policy;
  for (const SetText &set : sets)
    options.scheduleTexts.push_back({set.name, set.text});
  return options;
}

llvm::Expected<json::Object>
CandidateServer::Session::judge(JSONReader &request) {
  std::string name = request.string("name"), text = request.string("text");
  optimizer::Options pipeline = options();
  auto nonce = readNonce(request);
  if (!nonce)
    return nonce.takeError();
  pipeline.nonce = *nonce;
  return judgeProposal(*program, name, text, pipeline).toJSON();
}

llvm::Expected<json::Object>
CandidateServer::Session::prompt(JSONReader &request) {
  proposal::PromptOptions promptOptions;
  promptOptions.pipeline = options();
  request.each("history", true,
               [&](const json::Value &each, const std::string &at) {
                 JSONReader attempt(&each, at, request.allErrors());
                 promptOptions.history.push_back(
                     {attempt.string("what"), attempt.string("outcome")});
                 attempt.finish();
               });
  if (llvm::Error error = request.allErrors().take("request"))
    return std::move(error);
  Diagnostics errors(&context);
  auto text = proposal::makePrompt(*program, promptOptions);
  if (failed(text))
    return llvm::createStringError(errors.take("there is nothing to propose"));
  return json::Object{{"prompt", *text}};
}

//===----------------------------------------------------------------------===//
// Variants
//===----------------------------------------------------------------------===//

/// Operations of each function as plans name them, in groups of the default
/// plan.
static std::vector<FunctionInfo> describeFusion(ModuleOp module) {
  std::vector<FunctionInfo> functions;
  for (auto function : module.getOps<FunctionOpInterface>()) {
    if (function.isExternal())
      continue;
    kernel::OpIds ids(function);
    FunctionInfo info;
    info.name = function.getName().str();
    for (Block &block : function.getFunctionBody()) {
      kernel::FusionGraph graph(block);
      kernel::applyDefaultPlan(graph);
      for (const kernel::FusionGraph::Node &node : graph.getNodes()) {
        if (node.opClass == kernel::OpClass::Foreign)
          continue;
        FusionNode described;
        described.id = ids.of(node.op).str();
        described.group = node.group;
        for (unsigned consumer : node.consumers)
          described.consumers.push_back(
              ids.of(graph.getNode(consumer).op).str());
        info.nodes.push_back(std::move(described));
      }
    }
    functions.push_back(std::move(info));
  }
  return functions;
}

static KernelInfo describeKernel(kopt::KernelOp kernel,
                                 const schedule::ScheduleLibrary &library,
                                 ArrayRef<SetText> sets) {
  KernelInfo info;
  info.hash = kernel::kernelHash(kernel);
  info.name = kernel.getKernelName().str();
  info.location = optimizer::sourcePlace(kernel);
  describeTypes(kernel, info);
  info.text = isolateKernel(kernel);
  // A kernel's first choice does not depend on what was proposed.
  SmallVector<const schedule::Strategy *> matched, proposed;
  for (const schedule::Strategy *strategy : library.match(kernel)) {
    bool isProposed = llvm::any_of(
        sets, [&](const SetText &set) { return set.name == strategy->source; });
    (isProposed ? proposed : matched).push_back(strategy);
  }
  llvm::append_range(matched, proposed);
  for (const schedule::Strategy *strategy : matched) {
    StrategyInfo described;
    described.name = strategy->name;
    for (const schedule::Knob &knob : strategy->knobs)
      described.knobs.push_back(
          {knob.name,
           std::vector<int64_t>(knob.options.begin(), knob.options.end()),
           knob.value});
    info.strategies.push_back(std::move(described));
  }
  return info;
}

llvm::Expected<json::Object>
CandidateServer::Session::describe(ModuleOp module, Variant variant) {
  // Strategies may ask what the chip is.
  module->setAttr("kopt.target", StringAttr::get(&context, compile.target));
  // Kernels of one name are equal, and so are kernels of one hash.
  std::map<std::string, size_t> byHash, byName;
  module.walk([&](kopt::KernelOp kernel) {
    std::string name = kernel.getKernelName().str();
    auto known = byName.find(name);
    if (known != byName.end()) {
      ++variant.kernels[known->second].uses;
      return;
    }
    KernelInfo info = describeKernel(kernel, *library, sets);
    auto [same, isNew] = byHash.try_emplace(info.hash, variant.kernels.size());
    byName[name] = same->second;
    if (isNew)
      variant.kernels.push_back(std::move(info));
    else
      ++variant.kernels[same->second].uses;
  });
  json::Object parts;
  for (const KernelInfo &kernel : variant.kernels)
    parts[kernel.hash] = kernel.uses;
  variant.hash = hashJSON(std::move(parts));
  return variant.toJSON();
}

llvm::Expected<json::Object>
CandidateServer::Session::makeVariant(const json::Value &value, bool check) {
  auto candidate = Candidate::fromJSON(value);
  if (!candidate)
    return candidate.takeError();
  Variant variant;
  variant.choice = candidate->graph;
  OwningOpRef<ModuleOp> module(cast<ModuleOp>((*program)->clone()));
  Diagnostics errors(&context);
  RuleResult applied = applyRules(*module, variant.choice.rules, *book, check);
  for (const Window &window : applied.windows)
    variant.windows.push_back(window.toJSON());
  if (applied.state != "applied") {
    variant.state = applied.state;
    variant.reason = applied.reason;
    return variant.toJSON();
  }
  variant.uses = listUses(*module, *book, mostUses);
  optimizer::Options formOptions = options();
  formOptions.decisions.fusionPlan = variant.choice.fusionPlan;
  bool formed = succeeded(optimizer::lowerToLinalg(*module));
  if (formed)
    variant.functions = describeFusion(*module);
  if (!formed || failed(optimizer::formKernels(*module, formOptions))) {
    variant.state = "illegal";
    variant.reason = errors.take("it cannot be lowered");
    return variant.toJSON();
  }
  return describe(*module, std::move(variant));
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// The kernel of a request and what was chosen for it.
llvm::Expected<CandidateServer::Session::ChosenKernel>
CandidateServer::Session::readChosenKernel(JSONReader &request) {
  std::string text = request.string("kernel");
  const json::Value *given = request.value("choice");
  if (!given)
    return request.allErrors().take("request");
  auto choice = KernelChoice::fromJSON(*given);
  if (!choice)
    return choice.takeError();
  auto module = parse(text, "kernel");
  if (!module)
    return module.takeError();
  return ChosenKernel{std::move(*module), std::move(*choice)};
}

llvm::Expected<json::Object>
CandidateServer::Session::evaluate(JSONReader &request) {
  std::vector<std::string> known = request.strings("known");
  bool withPlan = request.boolean("plan", false);
  auto chosen = readChosenKernel(request);
  if (!chosen)
    return chosen.takeError();
  Evaluation evaluation = evaluateKernel(*chosen->module, chosen->choice,
                                         options(), known, withPlan);
  json::Object answer = evaluation.toJSON();
  if (!evaluation.plan.empty())
    answer["plan"] = evaluation.plan;
  return answer;
}

llvm::Expected<json::Object>
CandidateServer::Session::check(JSONReader &request) {
  auto nonce = readNonce(request);
  if (!nonce)
    return nonce.takeError();
  auto chosen = readChosenKernel(request);
  if (!chosen)
    return chosen.takeError();
  optimizer::Options checks = options();
  checks.policy = request.string("policy", policy);
  CheckedProgram checked =
      checkKernelChoice(*chosen->module, chosen->choice, checks, *nonce);
  return json::Object{{"verdict", checked.verdict},
                      {"detail", checked.detail},
                      {"final_hash", checked.finalHash},
                      {"record", checked.record}};
}

//===----------------------------------------------------------------------===//
// The loop
//===----------------------------------------------------------------------===//

/// Gives this process so many more seconds of processor time. Children (ptxas)
/// inherit the limit. Its end is a signal that says what it was.
static void limitProcessorTime(int64_t seconds) {
  rusage used{};
  rlimit limit{};
  if (seconds <= 0 || ::getrusage(RUSAGE_SELF, &used) != 0 ||
      ::getrlimit(RLIMIT_CPU, &limit) != 0)
    return;
  limit.rlim_cur =
      rlim_t(used.ru_utime.tv_sec + used.ru_stime.tv_sec + seconds + 1);
  (void)::setrlimit(RLIMIT_CPU, &limit);
}

llvm::Expected<json::Object>
CandidateServer::Session::answer(const json::Value &value) {
  JSONErrors errors;
  JSONReader request(&value, "", errors);
  request.value("id", /*required=*/false);
  limitProcessorTime(request.integer("cpu_seconds", 0, INT32_MAX, 0));
  std::string command = request.string("command");
  if (command == "open")
    return open(request);
  if (llvm::Error error = needSession())
    return std::move(error);
  if (command == "judge")
    return judge(request);
  if (command == "prompt")
    return prompt(request);
  if (command == "variant") {
    bool check = request.boolean("check", true);
    const json::Value *choice = request.value("choice");
    if (!choice)
      return errors.take("request");
    return makeVariant(*choice, check);
  }
  if (command == "evaluate")
    return evaluate(request);
  if (command == "check")
    return this->check(request);
  return llvm::createStringError("there is no command '" + command + "'");
}

CandidateServer::CandidateServer(DialectRegistry &registry)
    : session(std::make_unique<Session>(registry)) {}
CandidateServer::~CandidateServer() = default;

std::optional<json::Object> CandidateServer::answer(StringRef line) {
  llvm::Expected<json::Value> request = parseJSON(line);
  if (!request)
    return errorAnswer(std::nullopt, "bad-request",
                       "not a request: " + llvm::toString(request.takeError()));
  const json::Object *object = request->getAsObject();
  std::optional<int64_t> id = object ? object->getInteger("id") : std::nullopt;
  if (object && object->getString("command") == "quit")
    return std::nullopt;
  llvm::Expected<json::Object> result = session->answer(*request);
  json::Object answer =
      result ? std::move(*result)
             : errorAnswer(id, "error", llvm::toString(result.takeError()));
  if (!answer.get("ok"))
    answer["ok"] = true;
  if (id)
    answer["id"] = *id;
  return answer;
}

int search::serveCandidates(DialectRegistry &registry) {
  // Who started it says how it ended; a trace would drown that.
  for (int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL})
    ::signal(number, SIG_DFL);
  CandidateServer server(registry);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::optional<json::Object> answer = server.answer(line);
    if (!answer)
      return 0;
    llvm::outs() << json::Value(std::move(*answer)) << '\n';
    llvm::outs().flush();
  }
  return 0;
}
