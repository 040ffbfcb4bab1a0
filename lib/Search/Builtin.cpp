//===- Builtin.cpp - The proposer that needs nobody -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Builtin.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

using namespace kernel_opt;
using namespace kernel_opt::search;

/// Draws before a space counts as exhausted.
static constexpr unsigned mostDraws = 48;

//===----------------------------------------------------------------------===//
// Random numbers
//===----------------------------------------------------------------------===//

/// The finalizer of splitmix64.
static uint64_t mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ull;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

RandomStream::RandomStream(uint64_t seed, uint64_t candidate)
    : state(mix(seed + 0x9e3779b97f4a7c15ull) ^
            mix(candidate * 0xd6e8feb86659fd93ull + 1)) {}

uint64_t RandomStream::next() { return mix(state += 0x9e3779b97f4a7c15ull); }

/// The better of two, so that good ones have more children but not all.
template <typename Scored>
static const Scored &tournament(ArrayRef<Scored> known, RandomStream &random) {
  // Best first: the smaller index wins.
  return known[std::min(random.below(known.size()),
                        random.below(known.size()))];
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static KernelChoice drawChoice(const KernelInfo &kernel, RandomStream &random) {
  // Earlier strategies are made for this structure; the last one for any.
  const StrategyInfo &strategy =
      kernel.strategies[std::min(random.below(kernel.strategies.size()),
                                 random.below(kernel.strategies.size()))];
  KernelChoice choice{strategy.name, {}};
  for (const StrategyInfo::Knob &knob : strategy.knobs)
    choice.knobs[knob.name] = random.pick(knob.options);
  return choice;
}

static const StrategyInfo *findStrategy(const KernelInfo &kernel,
                                        StringRef name) {
  for (const StrategyInfo &strategy : kernel.strategies)
    if (strategy.name == name)
      return &strategy;
  return nullptr;
}

static int64_t valueOf(const KernelChoice &choice,
                       const StrategyInfo::Knob &knob) {
  auto found = choice.knobs.find(knob.name);
  return found == choice.knobs.end() ? knob.value : found->second;
}

/// Moves one knob, mostly to a neighbouring option.
static void mutate(KernelChoice &choice, const StrategyInfo &strategy,
                   RandomStream &random) {
  if (strategy.knobs.empty())
    return;
  const StrategyInfo::Knob &knob = random.pick(strategy.knobs);
  auto at = llvm::find(knob.options, valueOf(choice, knob));
  size_t index = at == knob.options.end() ? 0 : at - knob.options.begin();
  if (random.chance(0.3) || knob.options.size() < 2)
    index = random.below(knob.options.size());
  else if (index == 0 ||
           (index + 1 < knob.options.size() && random.chance(0.5)))
    ++index;
  else
    --index;
  choice.knobs[knob.name] = knob.options[index];
}

/// All knobs written down, so that equal choices are equal as data.
static void complete(KernelChoice &choice, const StrategyInfo &strategy) {
  for (const StrategyInfo::Knob &knob : strategy.knobs)
    choice.knobs.try_emplace(knob.name, knob.value);
}

static KernelChoice makeChoice(const KernelInfo &kernel,
                               ArrayRef<ScoredChoice> known,
                               RandomStream &random,
                               std::vector<KernelChoice> &parents) {
  parents.clear();
  if (known.empty() || random.chance(0.3))
    return drawChoice(kernel, random);
  const KernelChoice &first = tournament(known, random).choice;
  const StrategyInfo *strategy = findStrategy(kernel, first.strategy);
  if (!strategy)
    return drawChoice(kernel, random);
  parents.push_back(first);
  KernelChoice child = first;
  complete(child, *strategy);
  const KernelChoice &second = tournament(known, random).choice;
  if (second.strategy == first.strategy && !(second == first) &&
      random.chance(0.35)) {
    parents.push_back(second);
    for (const StrategyInfo::Knob &knob : strategy->knobs)
      if (random.chance(0.5))
        child.knobs[knob.name] = valueOf(second, knob);
    return child;
  }
  mutate(child, *strategy, random);
  while (random.chance(0.35))
    mutate(child, *strategy, random);
  return child;
}

std::optional<KernelChoice>
search::proposeChoice(const KernelInfo &kernel, ArrayRef<ScoredChoice> known,
                      const std::function<bool(const KernelChoice &)> &isNew,
                      RandomStream &random,
                      std::vector<KernelChoice> &parents) {
  if (kernel.strategies.empty())
    return std::nullopt;
  for (unsigned draw = 0; draw < mostDraws; ++draw) {
    KernelChoice choice = makeChoice(kernel, known, random, parents);
    if (isNew(choice))
      return choice;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

/// Operations by kernel, in the order of the function, kernels too.
static std::vector<std::vector<std::string>>
groupsOf(const FunctionInfo &function) {
  std::vector<std::vector<std::string>> groups;
  std::map<int64_t, size_t> numbers;
  for (const FusionNode &node : function.nodes) {
    auto [number, isNew] = numbers.try_emplace(node.group, groups.size());
    if (isNew)
      groups.emplace_back();
    groups[number->second].push_back(node.id);
  }
  return groups;
}

/// Cuts one kernel in two, at a random place of its order.
static bool split(std::vector<std::vector<std::string>> &groups,
                  RandomStream &random) {
  std::vector<size_t> large;
  for (auto [number, group] : llvm::enumerate(groups))
    if (group.size() > 1)
      large.push_back(number);
  if (large.empty())
    return false;
  size_t number = random.pick(large);
  size_t at = 1 + random.below(groups[number].size() - 1);
  std::vector<std::string> rest(groups[number].begin() + at,
                                groups[number].end());
  groups[number].resize(at);
  groups.insert(groups.begin() + number + 1, std::move(rest));
  return true;
}

/// Joins two kernels of which one reads what the other computes.
static bool join(const FunctionInfo &function,
                 std::vector<std::vector<std::string>> &groups,
                 RandomStream &random) {
  std::map<std::string, size_t> groupOf;
  for (auto [number, group] : llvm::enumerate(groups))
    for (const std::string &id : group)
      groupOf[id] = number;
  std::vector<std::pair<size_t, size_t>> edges;
  for (const FusionNode &node : function.nodes)
    for (const std::string &consumer : node.consumers) {
      auto reader = groupOf.find(consumer);
      size_t writer = groupOf[node.id];
      if (reader != groupOf.end() && reader->second != writer)
        edges.push_back({writer, reader->second});
    }
  if (edges.empty())
    return false;
  auto [first, second] = random.pick(edges);
  llvm::append_range(groups[first], groups[second]);
  groups.erase(groups.begin() + second);
  return true;
}

static bool changePlan(const Variant &parent, GraphChoice &choice,
                       RandomStream &random) {
  std::vector<const FunctionInfo *> functions;
  for (const FunctionInfo &function : parent.functions)
    if (!function.nodes.empty())
      functions.push_back(&function);
  // A plan for one function says nothing of the others, which keep theirs.
  if (functions.empty() || !choice.fusionPlan.empty())
    return false;
  const FunctionInfo &function = *random.pick(functions);
  std::vector<std::vector<std::string>> groups = groupsOf(function);
  bool changed = random.chance(0.5) ? join(function, groups, random)
                                    : split(groups, random);
  if (!changed)
    changed = split(groups, random) || join(function, groups, random);
  if (changed)
    choice.fusionPlan = writeFusionPlan(function.name, groups);
  return changed;
}

static bool addRule(const Variant &parent, GraphChoice &choice,
                    RandomStream &random) {
  if (parent.uses.empty() || choice.rules.size() >= 16)
    return false;
  choice.rules.push_back(random.pick(parent.uses));
  choice.fusionPlan.clear(); // it names operations that are gone
  return true;
}

static GraphChoice makeGraph(ArrayRef<ScoredVariant> known,
                             RandomStream &random) {
  const Variant &parent = *tournament(known, random).variant;
  GraphChoice choice = parent.choice;
  if (choice.rules.size() > 1 && random.chance(0.15)) {
    choice.rules.erase(choice.rules.begin() +
                       random.below(choice.rules.size()));
    choice.fusionPlan.clear();
    return choice;
  }
  if (random.chance(0.15)) {
    const Variant &other = *tournament(known, random).variant;
    for (const RuleUse &use : other.choice.rules)
      if (!llvm::is_contained(choice.rules, use))
        choice.rules.push_back(use);
    choice.fusionPlan.clear();
    return choice;
  }
  bool rulesFirst = random.chance(0.65);
  if (rulesFirst && addRule(parent, choice, random))
    return choice;
  if (!changePlan(parent, choice, random))
    addRule(parent, choice, random);
  return choice;
}

std::optional<GraphChoice>
search::proposeGraph(ArrayRef<ScoredVariant> known,
                     const std::function<bool(const GraphChoice &)> &isNew,
                     RandomStream &random) {
  if (known.empty())
    return std::nullopt;
  for (unsigned draw = 0; draw < mostDraws; ++draw) {
    GraphChoice choice = makeGraph(known, random);
    if (isNew(choice))
      return choice;
  }
  return std::nullopt;
}
