//===- Search.cpp - The search over choices of transformations --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Search.h"
#include "Pool.h"
#include "kernel-opt/Search/Builtin.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

/// Candidates that are proposed before any of them is looked at.
static constexpr unsigned generationSize = 8;
/// A gain that a model with errors of tens of percent should not be asked for.
static constexpr double leastGain = 1e-3;

namespace {
/// One choice for a kernel.
struct TriedChoice {
  KernelChoice choice;
  Evaluation evaluation;
  std::optional<WorkerClient::Checked> check;

  /// May still turn out to be right, or has.
  bool isCandidate() const {
    return evaluation.isApplied() && (!check || check->verdict == "verified");
  }
  bool isVerified() const { return check && check->verdict == "verified"; }
};

struct TunedKernel {
  KernelInfo info;
  std::vector<TriedChoice> tried;
  std::set<std::string> keys;   ///< of choices that were proposed
  std::set<std::string> hashes; ///< of programs that were made
  /// The first choice that fits: what would be used without a search.
  std::optional<size_t> first;

  /// The candidate with the least time. If there is none, the first choice,
  /// which is used although it is unproven.
  std::optional<size_t> best() const {
    std::optional<size_t> found;
    for (auto [number, each] : llvm::enumerate(tried))
      if (each.isCandidate() &&
          (!found || each.evaluation.time.seconds <
                         tried[*found].evaluation.time.seconds))
        found = number;
    if (!found && first && tried[*first].check->verdict != "refuted")
      found = first;
    return found;
  }
  double seconds() const { return tried[*best()].evaluation.time.seconds; }
};

/// What one candidate asks for, and what came of it.
struct Proposal {
  // A kernel's choice, or a variant.
  std::string kernel;
  KernelChoice choice;
  std::vector<KernelChoice> parents;
  std::optional<GraphChoice> graph;

  std::optional<Evaluation> evaluation;
  std::optional<Variant> variant;
  /// First choices of kernels that the variant brings: tried in order.
  std::map<std::string, std::vector<TriedChoice>> firsts;
  bool recalled = false;
};

class Searcher {
public:
  Searcher(SearchOptions &options, Store &store)
      : options(options), store(store), pool(options) {}
  llvm::Expected<SearchResult> run();

private:
  // Setup.
  bool openProgram();
  bool admitRules();
  bool evaluateProgram();
  // A generation.
  std::vector<Proposal> propose(unsigned first, unsigned count);
  bool proposeKernel(RandomStream &random, Proposal &proposal);
  bool proposeVariant(RandomStream &random, Proposal &proposal);
  bool carryOut(std::vector<Proposal> &proposals);
  void evaluate(Proposal &proposal, WorkerClient &worker);
  void makeVariant(Proposal &proposal, WorkerClient &worker);
  Evaluation evaluateChoice(const KernelInfo &kernel,
                            const KernelChoice &choice,
                            ArrayRef<KernelChoice> parents,
                            WorkerClient &worker, bool &recalled);
  void take(Proposal &proposal);
  void takeVariant(Proposal &proposal);
  // The best.
  double cost(const Variant &variant) const;
  std::vector<ScoredVariant> ranking() const;
  bool improve();
  bool checkKernels(const Variant &variant);
  void recordBest(const Variant &variant);

  void keep(llvm::Error error);
  void report();
  bool isOver() const;
  void finish();

  SearchOptions &options;
  Store &store;
  Pool pool;
  SearchResult result;
  std::map<std::string, TunedKernel> kernels;
  std::vector<std::unique_ptr<Variant>> variants;
  std::set<std::string> graphKeys, variantHashes;
  const Variant *best = nullptr;
  /// Of counts and the first error of the store.
  std::mutex mutex;
  std::string storeError;
  std::chrono::steady_clock::time_point reported;
};
} // namespace

/// Least time first; equal ones keep their order.
template <typename Scored>
static std::vector<Scored> sorted(const std::vector<Scored> &items) {
  std::vector<std::pair<double, size_t>> order;
  for (const Scored &item : items)
    order.push_back({item.seconds, order.size()});
  llvm::sort(order);
  std::vector<Scored> result;
  for (auto [seconds, index] : order)
    result.push_back(items[index]);
  return result;
}

static std::string keyOf(const KernelChoice &choice) {
  return hashJSON(choice.toJSON());
}

void Searcher::keep(llvm::Error error) {
  if (!error)
    return;
  std::lock_guard<std::mutex> lock(mutex);
  std::string text = llvm::toString(std::move(error));
  if (storeError.empty())
    storeError = std::move(text);
}

bool Searcher::isOver() const { return pool.mustStop() || !storeError.empty(); }

void Searcher::report() {
  auto now = std::chrono::steady_clock::now();
  if (!options.progress || now - reported < std::chrono::milliseconds(150))
    return;
  reported = now;
  Progress progress;
  {
    std::lock_guard<std::mutex> lock(mutex);
    progress.counts = result.counts;
  }
  progress.firstSeconds = result.firstSeconds;
  progress.bestSeconds = result.bestSeconds;
  options.progress(progress);
}

//===----------------------------------------------------------------------===//
// What is tried
//===----------------------------------------------------------------------===//

/// Asks the store, then the worker. What the worker found is kept at once.
Evaluation Searcher::evaluateChoice(const KernelInfo &kernel,
                                    const KernelChoice &choice,
                                    ArrayRef<KernelChoice> parents,
                                    WorkerClient &worker, bool &recalled) {
  static const std::set<std::string> none;
  auto tuned = kernels.find(kernel.hash);
  const std::set<std::string> &hashes =
      tuned == kernels.end() ? none : tuned->second.hashes;
  keep(store.prepare(kernel));
  if (auto known = store.evaluation(kernel.hash, choice)) {
    std::lock_guard<std::mutex> lock(mutex);
    ++result.counts.recalled;
    recalled = true;
    return *known;
  }
  Evaluation evaluation = worker.evaluate(kernel, choice, hashes);
  // What was given up says nothing about the candidate.
  if (isOver() && evaluation.state == "lost")
    return evaluation;
  {
    std::lock_guard<std::mutex> lock(mutex);
    ++result.counts.evaluated;
  }
  keep(store.add(kernel.hash, choice, evaluation, parents));
  return evaluation;
}

/// The choice that leaves everything as the strategy's file has it.
static KernelChoice defaultChoice(const StrategyInfo &strategy) {
  KernelChoice choice{strategy.name, {}};
  for (const StrategyInfo::Knob &knob : strategy.knobs)
    choice.knobs[knob.name] = knob.value;
  return choice;
}

void Searcher::makeVariant(Proposal &proposal, WorkerClient &worker) {
  auto known = store.variant(*proposal.graph);
  proposal.recalled = known.has_value();
  if (known && known->state != "applied") {
    proposal.variant.emplace();
    proposal.variant->choice = *proposal.graph;
    proposal.variant->state = known->state;
    proposal.variant->reason = known->reason;
    return;
  }
  // Windows that were verified are not compared again.
  bool check = !known && !proposal.graph->rules.empty();
  proposal.variant = worker.makeVariant(*proposal.graph, check);
  Variant &variant = *proposal.variant;
  if (isOver() && variant.state == "lost")
    return;
  if (!known) {
    std::lock_guard<std::mutex> lock(mutex);
    if (check)
      result.counts.windows += unsigned(variant.windows.size());
  }
  if (!known)
    keep(store.addVariant(variant));
  for (const KernelInfo &kernel : variant.kernels) {
    if (kernels.count(kernel.hash))
      continue;
    std::vector<TriedChoice> &tried = proposal.firsts[kernel.hash];
    for (const StrategyInfo &strategy : kernel.strategies) {
      KernelChoice choice = defaultChoice(strategy);
      bool recalled = false;
      Evaluation evaluation =
          evaluateChoice(kernel, choice, {}, worker, recalled);
      tried.push_back({choice, evaluation, std::nullopt});
      if (evaluation.isApplied() || isOver())
        break;
    }
  }
}

void Searcher::evaluate(Proposal &proposal, WorkerClient &worker) {
  if (proposal.graph)
    return makeVariant(proposal, worker);
  proposal.evaluation =
      evaluateChoice(kernels.at(proposal.kernel).info, proposal.choice,
                     proposal.parents, worker, proposal.recalled);
}

bool Searcher::carryOut(std::vector<Proposal> &proposals) {
  std::vector<Pool::Task> tasks;
  for (Proposal &proposal : proposals)
    tasks.push_back([&](WorkerClient &worker) { evaluate(proposal, worker); });
  return pool.run(std::move(tasks)) && storeError.empty();
}

//===----------------------------------------------------------------------===//
// What came of it
//===----------------------------------------------------------------------===//

void Searcher::takeVariant(Proposal &proposal) {
  Variant &variant = *proposal.variant;
  std::string state = variant.state;
  if (state == "lost")
    result.losses.push_back("a variant: " + variant.reason);
  if (state == "refuted")
    result.refutations.push_back(variant.reason);
  if (variant.isApplied() && !variantHashes.insert(variant.hash).second)
    state = "duplicate";
  for (const KernelInfo &info : variant.kernels) {
    auto [kernel, isNew] = kernels.try_emplace(info.hash);
    TunedKernel &tuned = kernel->second;
    if (isNew) {
      tuned.info = info;
      for (TriedChoice &tried : proposal.firsts[info.hash]) {
        tuned.keys.insert(keyOf(tried.choice));
        if (tried.evaluation.isApplied()) {
          tuned.first = tuned.tried.size();
          tuned.hashes.insert(tried.evaluation.finalHash);
        }
        tuned.tried.push_back(std::move(tried));
      }
    }
    if (!tuned.first && state == "applied") {
      state = "illegal";
      variant.reason =
          "no strategy fits kernel '" + info.name + "': " +
          (tuned.tried.empty() ? std::string("none matches")
                               : tuned.tried.back().evaluation.reason);
    }
  }
  ++result.counts.states[state];
  if (state == "applied")
    variants.push_back(std::make_unique<Variant>(std::move(variant)));
}

void Searcher::take(Proposal &proposal) {
  ++result.counts.candidates;
  if (proposal.graph)
    return takeVariant(proposal);
  TunedKernel &kernel = kernels.at(proposal.kernel);
  Evaluation &evaluation = *proposal.evaluation;
  if (evaluation.isApplied() &&
      !kernel.hashes.insert(evaluation.finalHash).second) {
    ++result.counts.states["duplicate"];
    return;
  }
  ++result.counts.states[evaluation.state];
  if (evaluation.state == "lost" || evaluation.state == "invalid")
    result.losses.push_back("kernel '" + kernel.info.name + "' by " +
                            proposal.choice.str() + ": " + evaluation.reason);
  kernel.tried.push_back({proposal.choice, evaluation, std::nullopt});
}

//===----------------------------------------------------------------------===//
// The best
//===----------------------------------------------------------------------===//

/// Least modelled time of a variant, as far as is known.
double Searcher::cost(const Variant &variant) const {
  double sum = 0;
  for (const KernelInfo &info : variant.kernels) {
    const TunedKernel &kernel = kernels.at(info.hash);
    if (!kernel.best())
      return std::numeric_limits<double>::infinity();
    sum += double(info.uses) * (kernel.seconds() + launchSeconds);
  }
  return sum;
}

std::vector<ScoredVariant> Searcher::ranking() const {
  std::vector<ScoredVariant> ranked;
  for (const auto &variant : variants)
    ranked.push_back({variant.get(), cost(*variant)});
  return sorted(ranked);
}

/// A number that depends on the program that is checked.
static uint64_t nonceFor(uint64_t seed, StringRef finalHash) {
  uint64_t digits = 0;
  finalHash.consume_front("sha256:");
  (void)finalHash.take_front(16).getAsInteger(16, digits);
  return RandomStream(seed, digits).next();
}

/// Checks the choices that the variant's cost rests on, until one fails. True
/// if all are verified now, or are first choices that nobody can prove.
bool Searcher::checkKernels(const Variant &variant) {
  for (const KernelInfo &info : variant.kernels) {
    TunedKernel &kernel = kernels.at(info.hash);
    std::optional<size_t> at = kernel.best();
    if (!at)
      return false;
    TriedChoice &tried = kernel.tried[*at];
    if (tried.check)
      continue;
    if (auto known = store.check(info.hash, tried.evaluation.finalHash)) {
      tried.check = *known;
      ++result.counts.recalledChecks;
    } else {
      // Drawn after the program is fixed, and the same when it is asked again.
      uint64_t nonce = nonceFor(options.seed, tried.evaluation.finalHash);
      WorkerClient::Checked check;
      if (!pool.run({[&](WorkerClient &worker) {
            check = worker.check(info, tried.choice, nonce);
          }}))
        return false;
      ++result.counts.checks;
      keep(store.addCheck(info.hash, tried.choice, check));
      tried.check = check;
    }
    report();
    const WorkerClient::Checked &check = *tried.check;
    if (check.verdict == "refuted")
      result.refutations.push_back("kernel '" + info.name + "' by " +
                                   tried.choice.str() + ": " + check.detail);
    if (check.verdict != "verified") {
      ++result.counts.states[check.verdict];
      return false;
    }
  }
  return true;
}

/// Looks for a variant that beats the best, and checks it. False if the search
/// must end.
bool Searcher::improve() {
  while (!isOver()) {
    std::vector<ScoredVariant> ranked = ranking();
    if (ranked.empty())
      return true;
    const ScoredVariant &leader = ranked.front();
    if (std::isinf(leader.seconds) ||
        (best && leader.seconds >= result.bestSeconds * (1 - leastGain)))
      return true;
    // A failed check changes the ranking; so does nothing else.
    bool sound = checkKernels(*leader.variant);
    if (isOver())
      return false;
    bool settled =
        llvm::all_of(leader.variant->kernels, [&](const KernelInfo &info) {
          const TunedKernel &kernel = kernels.at(info.hash);
          return kernel.best() && kernel.tried[*kernel.best()].check;
        });
    if (!sound && !settled)
      continue;
    recordBest(*leader.variant);
  }
  return false;
}

void Searcher::recordBest(const Variant &variant) {
  double seconds = cost(variant);
  if (std::isinf(seconds) ||
      (best && seconds >= result.bestSeconds * (1 - leastGain)))
    return;
  best = &variant;
  result.bestSeconds = seconds;
  result.candidate = Candidate();
  result.candidate.graph = variant.choice;
  result.variant = variant;
  result.kernels.clear();
  result.verified = true;
  json::Array evidence;
  std::string chain;
  for (const KernelInfo &info : variant.kernels) {
    const TunedKernel &kernel = kernels.at(info.hash);
    const TriedChoice &tried = kernel.tried[*kernel.best()];
    result.candidate.kernels[info.hash] = tried.choice;
    result.verified &= tried.isVerified();
    result.kernels.push_back(
        {info, tried.choice, tried.evaluation, *tried.check,
         kernel.tried[*kernel.first].evaluation.time.seconds});
    chain += info.hash + " " + tried.evaluation.finalHash + "\n";
    evidence.push_back(json::Object{{"kernel", info.hash},
                                    {"name", info.name},
                                    {"choice", tried.choice.toJSON()},
                                    {"scheduled", tried.evaluation.finalHash},
                                    {"ptx", tried.evaluation.ptxHash},
                                    {"verdict", tried.check->verdict},
                                    {"seconds", tried.evaluation.time.seconds},
                                    {"uses", info.uses},
                                    {"check", tried.check->record}});
  }
  if (result.verified)
    keep(store.addWinner(result.candidate, hashText(chain), seconds,
                         std::move(evidence), json::Array(variant.windows),
                         options.session.ruleSets));
}

//===----------------------------------------------------------------------===//
// Proposals
//===----------------------------------------------------------------------===//

bool Searcher::proposeKernel(RandomStream &random, Proposal &proposal) {
  // A kernel of one of the best variants, the more likely the longer it takes.
  std::vector<ScoredVariant> ranked = ranking();
  size_t variant =
      std::min(random.below(ranked.size()), random.below(ranked.size()));
  variant = std::min(variant, random.below(ranked.size()));
  const Variant &chosen = *ranked[variant].variant;
  double sum = 0;
  for (const KernelInfo &info : chosen.kernels)
    sum += double(info.uses) * kernels.at(info.hash).seconds();
  double point = double(random.next() >> 11) * 0x1p-53 * sum;
  const KernelInfo *picked = &chosen.kernels.back();
  for (const KernelInfo &info : chosen.kernels) {
    point -= double(info.uses) * kernels.at(info.hash).seconds();
    if (point <= 0) {
      picked = &info;
      break;
    }
  }
  TunedKernel &kernel = kernels.at(picked->hash);
  std::vector<ScoredChoice> known;
  for (const TriedChoice &tried : kernel.tried)
    if (tried.isCandidate())
      known.push_back({tried.choice, tried.evaluation.time.seconds});
  known = sorted(known);
  auto isNew = [&](const KernelChoice &choice) {
    return !kernel.keys.count(keyOf(choice));
  };
  auto choice =
      proposeChoice(kernel.info, known, isNew, random, proposal.parents);
  if (!choice)
    return false;
  kernel.keys.insert(keyOf(*choice));
  proposal.kernel = picked->hash;
  proposal.choice = *choice;
  return true;
}

bool Searcher::proposeVariant(RandomStream &random, Proposal &proposal) {
  std::vector<ScoredVariant> ranked = ranking();
  auto choice = proposeGraph(
      ranked,
      [&](const GraphChoice &each) {
        return !graphKeys.count(hashJSON(each.toJSON()));
      },
      random);
  if (!choice)
    return false;
  graphKeys.insert(hashJSON(choice->toJSON()));
  proposal.graph = std::move(*choice);
  return true;
}

std::vector<Proposal> Searcher::propose(unsigned first, unsigned count) {
  std::vector<Proposal> proposals;
  for (unsigned i = 0; i < count; ++i) {
    RandomStream random(options.seed, first + i);
    Proposal proposal;
    bool graph = random.chance(0.25);
    bool good = graph ? proposeVariant(random, proposal)
                      : proposeKernel(random, proposal);
    if (!good)
      good = graph ? proposeKernel(random, proposal)
                   : proposeVariant(random, proposal);
    if (good)
      proposals.push_back(std::move(proposal));
  }
  return proposals;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

bool Searcher::openProgram() {
  std::string error;
  std::string hash;
  pool.run({[&](WorkerClient &worker) {
    auto opened = worker.open();
    if (opened)
      hash = *opened;
    else
      error = llvm::toString(opened.takeError());
  }});
  if (error.empty() && !hash.empty()) {
    keep(store.prepareProgram(hash));
    return storeError.empty();
  }
  result.failed = true;
  result.reason = error;
  return false;
}

bool Searcher::admitRules() {
  if (options.session.ruleSets.empty())
    return true;
  std::string error;
  pool.run({[&](WorkerClient &worker) {
    auto verdicts = worker.admitRules();
    if (!verdicts) {
      error = llvm::toString(verdicts.takeError());
      return;
    }
    for (const RuleVerdict &verdict : *verdicts)
      if (verdict.verdict == "verified")
        options.session.admitted.push_back(verdict.rule);
      else
        result.refusedRules.push_back(verdict);
    worker.reopen();
  }});
  result.failed = !error.empty();
  result.reason = error;
  return !result.failed;
}

/// The program as it is: the first candidate.
bool Searcher::evaluateProgram() {
  std::vector<Proposal> proposals(1);
  proposals.front().graph.emplace();
  graphKeys.insert(hashJSON(proposals.front().graph->toJSON()));
  if (!carryOut(proposals))
    return false;
  Variant variant = *proposals.front().variant;
  take(proposals.front());
  if (variants.empty()) {
    result.failed = true;
    result.reason = proposals.front().variant->reason;
    if (result.reason.empty())
      result.reason = variant.reason;
    return false;
  }
  // Its cost before any choice was refuted or tuned.
  result.firstSeconds = cost(*variants.front());
  return improve();
}

void Searcher::finish() {
  result.interrupted = options.stop && *options.stop;
  result.counts.workers = pool.starts();
  // Workers that were stopped say nothing about the program.
  if (result.interrupted && !best)
    result.failed = false;
  else if (!best && !result.failed) {
    result.failed = true;
    result.reason = "its programs are wrong";
    for (const std::string &refutation : result.refutations)
      result.reason += "; " + refutation;
  }
}

llvm::Expected<SearchResult> Searcher::run() {
  pool.whileWaiting = [this] { report(); };
  json::Object runOptions{{"target", options.session.compile.target}};
  if (options.candidates)
    runOptions["candidates"] = int64_t(*options.candidates);
  keep(store.beginRun(options.seed, std::move(runOptions)));
  if (storeError.empty() && openProgram() && admitRules() &&
      evaluateProgram()) {
    pool.allowTimeout();
    unsigned wanted =
        options.candidates.value_or(std::numeric_limits<unsigned>::max());
    unsigned next = 1, fruitless = 0;
    while (next < wanted && !isOver() && fruitless < 4) {
      unsigned count = std::min(generationSize, wanted - next);
      std::vector<Proposal> proposals = propose(next, count);
      next += count;
      fruitless = proposals.empty() ? fruitless + 1 : 0;
      bool complete = carryOut(proposals);
      for (Proposal &proposal : proposals)
        if (complete)
          take(proposal);
      if (!complete || !improve())
        break;
      report();
    }
  }
  finish();
  if (!storeError.empty())
    return llvm::createStringError(storeError);
  return std::move(result);
}

llvm::Expected<SearchResult> search::runSearch(SearchOptions options,
                                               Store &store) {
  return Searcher(options, store).run();
}
