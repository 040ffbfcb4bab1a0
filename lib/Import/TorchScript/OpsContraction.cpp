//===- OpsContraction.cpp - Products of matrices ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <algorithm>

using namespace kernel_opt::import;

template <const char *Name, const char *Second>
static void product(Call &call) {
  call.ret(call.one(Name, {call.tensor("self"), call.tensor(Second)}));
}

static void linear(Call &call) {
  Tensors operands = {call.tensor("input"), call.tensor("weight")};
  if (!call.isNone("bias"))
    operands.push_back(call.tensor("bias"));
  if (operands[1].dim() == 1) {
    at::Tensor result = call.one("aten.matmul", {operands[0], operands[1]});
    if (operands.size() == 3)
      result = call.one("aten.add", {result, operands[2]});
    return call.ret(result);
  }
  call.ret(call.one("aten.linear", operands));
}

static Attrs scales(Call &call) {
  Attrs attrs;
  for (const char *name : {"beta", "alpha"})
    if (call.real(name, 1) != 1)
      attrs.real(name, call.real(name));
  return attrs;
}

static void addmm(Call &call) {
  call.ret(
      call.one("aten.addmm",
               {call.tensor("self"), call.tensor("mat1"), call.tensor("mat2")},
               scales(call)));
}

static void baddbmm(Call &call) {
  call.ret(call.one(
      "aten.baddbmm",
      {call.tensor("self"), call.tensor("batch1"), call.tensor("batch2")},
      scales(call)));
}

static void outer(Call &call) {
  at::Tensor column = call.tensor("self"), row = call.tensor("vec2");
  call.ret(
      call.one("aten.mul", {call.reshape(column, {column.size(0), 1}), row}));
}

//===----------------------------------------------------------------------===//
// einsum
//===----------------------------------------------------------------------===//

/// Removes what people write for themselves.
static std::string withoutSpaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

namespace {
struct Equation {
  std::vector<std::string> terms;
  std::string right;
};
} // namespace

/// Replaces "..." in each term by letters that the equation does not use, and
/// writes the right side where it is left out: letters that stand once, in
/// order, behind those of the ellipsis.
static Equation parse(const std::string &text, const Tensors &operands) {
  Equation result;
  size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow), unused, ellipsis;
  for (std::string letters =
           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
       char letter : letters)
    if (text.find(letter) == text.npos)
      unused += letter;
  for (size_t at = 0; at <= left.size();) {
    size_t end = std::min(left.find(',', at), left.size());
    result.terms.push_back(left.substr(at, end - at));
    at = end + 1;
  }
  if (result.terms.size() != operands.size())
    throw Unsupported("expected one term for each operand of '" + text + "'");
  for (size_t i = 0; i < operands.size(); ++i) {
    std::string &term = result.terms[i];
    size_t dots = term.find("...");
    if (dots == term.npos)
      continue;
    size_t count = operands[i].dim() - (term.size() - 3);
    if (count > unused.size())
      throw Unsupported("expected fewer dimensions for '" + text + "'");
    // Dimensions of an ellipsis are aligned at its end.
    std::string own = unused.substr(unused.size() - count);
    if (own.size() > ellipsis.size())
      ellipsis = own;
    term.replace(dots, 3, own);
  }
  if (arrow != text.npos) {
    result.right = text.substr(arrow + 2);
    if (size_t dots = result.right.find("..."); dots != result.right.npos)
      result.right.replace(dots, 3, ellipsis);
    return result;
  }
  std::map<char, int> uses;
  for (const std::string &term : result.terms)
    for (char letter : term)
      ++uses[letter];
  result.right = ellipsis;
  for (auto [letter, count] : uses)
    if (count == 1 && ellipsis.find(letter) == ellipsis.npos)
      result.right += letter;
  return result;
}

/// Drops dimensions of size one that another operand has longer: einsum
/// broadcasts them, aten does not.
static void dropOnes(Call &call, Equation &equation, Tensors &operands) {
  std::map<char, int64_t> sizes;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (operands[i].dim() != int64_t(equation.terms[i].size()))
      throw Unsupported("expected a letter for each dimension, found '" +
                        equation.terms[i] + "' for rank " +
                        std::to_string(operands[i].dim()));
    for (int64_t d = 0; d < operands[i].dim(); ++d) {
      int64_t &size = sizes[equation.terms[i][d]];
      size = std::max(size, operands[i].size(d));
    }
  }
  for (size_t i = 0; i < operands.size(); ++i) {
    std::string kept;
    std::vector<int64_t> shape;
    for (int64_t d = 0; d < operands[i].dim(); ++d) {
      char letter = equation.terms[i][d];
      if (operands[i].size(d) == 1 && sizes[letter] != 1)
        continue;
      kept += letter;
      shape.push_back(operands[i].size(d));
    }
    if (kept != equation.terms[i])
      operands[i] = call.reshape(operands[i], shape);
    equation.terms[i] = kept;
  }
}

static void einsum(Call &call) {
  Tensors operands = call.tensors("tensors");
  Equation equation = parse(withoutSpaces(call.text("equation")), operands);
  dropOnes(call, equation, operands);
  // aten takes two at a time: from the left, keeping what is needed later.
  while (operands.size() > 2) {
    std::string later = equation.right, kept;
    for (size_t i = 2; i < operands.size(); ++i)
      later += equation.terms[i];
    for (char letter : equation.terms[0] + equation.terms[1])
      if (later.find(letter) != later.npos && kept.find(letter) == kept.npos)
        kept += letter;
    std::string text =
        equation.terms[0] + "," + equation.terms[1] + "->" + kept;
    at::Tensor both = call.one("aten.einsum", {operands[0], operands[1]},
                               Attrs().raw("equation", stringText(text)));
    operands.erase(operands.begin());
    equation.terms.erase(equation.terms.begin());
    operands[0] = both;
    equation.terms[0] = kept;
  }
  std::string text;
  for (const std::string &term : equation.terms)
    text += (text.empty() ? "" : ",") + term;
  text += "->" + equation.right;
  call.ret(call.one("aten.einsum", operands,
                    Attrs().raw("equation", stringText(text))));
}

#define NAMED(ID, TEXT) static constexpr char ID[] = TEXT
NAMED(kMm, "aten.mm");
NAMED(kBmm, "aten.bmm");
NAMED(kMatmul, "aten.matmul");
NAMED(kMat2, "mat2");
NAMED(kVec, "vec");
NAMED(kTensor, "tensor");
NAMED(kOther, "other");
#undef NAMED

void kernel_opt::import::addContractions(TranslationTable &table) {
  table["aten::mm"] = product<kMm, kMat2>;
  table["aten::bmm"] = product<kBmm, kMat2>;
  table["aten::matmul"] = product<kMatmul, kOther>;
  table["aten::linalg_matmul"] = product<kMatmul, kOther>;
  table["aten::mv"] = product<kMatmul, kVec>;
  table["aten::dot"] = product<kMatmul, kTensor>;
  table["aten::vdot"] = product<kMatmul, kOther>;
  table["aten::linear"] = linear;
  table["aten::addmm"] = addmm;
  table["aten::baddbmm"] = baddbmm;
  table["aten::outer"] = outer;
  table["aten::ger"] = outer;
  table["aten::einsum"] = einsum;
}
