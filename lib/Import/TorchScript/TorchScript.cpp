//===- TorchScript.cpp - TorchScript archives become aten -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Import/TorchScript.h"
#include "Interpreter.h"
#include <algorithm>

using namespace kernel_opt::import;

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static const char *const elementNames[] = {"f16", "bf16", "f32", "f64", "i1",
                                           "i8",  "i16",  "i32", "i64"};
static constexpr at::ScalarType elementTypes[] = {
    at::kHalf, at::kBFloat16, at::kFloat, at::kDouble, at::kBool,
    at::kChar, at::kShort,    at::kInt,   at::kLong};

/// Reads "f32[4,3,224,224]", or a number, true, false or none.
static IValue parseInput(const std::string &text) {
  auto wrong = [&] {
    return ImportError("--input: expected a type like f32[4,3,224,224], a "
                       "number, true, false or none, found '" +
                       text + "'");
  };
  if (text == "true" || text == "false")
    return text == "true";
  if (text == "none")
    return IValue();
  size_t open = text.find('[');
  if (open == text.npos) {
    size_t used = 0;
    try {
      bool isReal = text.find_first_of(".eE") != text.npos;
      IValue value = isReal ? IValue(std::stod(text, &used))
                            : IValue(int64_t(std::stoll(text, &used)));
      if (used == text.size())
        return value;
    } catch (const std::exception &) {
    }
    throw wrong();
  }
  auto name = std::find(std::begin(elementNames), std::end(elementNames),
                        text.substr(0, open));
  if (name == std::end(elementNames) || text.back() != ']')
    throw wrong();
  std::vector<int64_t> sizes;
  int64_t elements = 1;
  for (size_t at = open + 1; at + 1 < text.size();) {
    size_t end = std::min(text.find(',', at), text.size() - 1);
    std::string digits = text.substr(at, end - at);
    if (digits.empty() || digits.size() > 12 ||
        digits.find_first_not_of("0123456789") != digits.npos)
      throw wrong();
    sizes.push_back(std::stoll(digits));
    elements *= std::max<int64_t>(sizes.back(), 1);
    if (elements > (int64_t(1) << 42))
      throw ImportError("--input: '" + text + "' has more than 2^42 elements");
    at = end + 1;
  }
  return at::empty(sizes, at::TensorOptions(at::kMeta).dtype(
                              elementTypes[name - std::begin(elementNames)]));
}

namespace {
/// Hands the inputs of the command line to the arguments of the method.
class Inputs {
public:
  Inputs(const std::vector<std::string> &texts, Builder &builder)
      : builder(builder) {
    for (const std::string &text : texts)
      values.push_back(parseInput(text));
  }
  IValue take(const c10::TypePtr &type, const std::string &name,
              const std::optional<IValue> &otherwise);
  void finish(size_t wanted) const {
    if (next != values.size())
      throw ImportError("expected " + std::to_string(wanted) +
                        " inputs, found " + std::to_string(values.size()));
  }

private:
  Builder &builder;
  std::vector<IValue> values;
  size_t next = 0;
};
} // namespace

IValue Inputs::take(const c10::TypePtr &type, const std::string &name,
                    const std::optional<IValue> &otherwise) {
  if (auto tuple = type->cast<c10::TupleType>()) {
    std::vector<IValue> elements;
    for (size_t i = 0; i < tuple->elements().size(); ++i)
      elements.push_back(
          take(tuple->elements()[i], name + "." + std::to_string(i), {}));
    return c10::ivalue::Tuple::create(std::move(elements));
  }
  if (auto list = type->cast<c10::ListType>();
      list && list->getElementType()->isSubtypeOf(*c10::TensorType::get())) {
    // A list takes all tensors that are left.
    c10::List<at::Tensor> elements;
    while (next < values.size() && values[next].isTensor())
      elements.push_back(take(c10::TensorType::get(),
                              name + "." + std::to_string(elements.size()), {})
                             .toTensor());
    return elements;
  }
  if (next == values.size()) {
    if (otherwise)
      return *otherwise;
    if (type->kind() == c10::TypeKind::OptionalType)
      return IValue();
    throw ImportError("the model wants one more input, '" + name +
                      "' of type " + type->str() +
                      "; give its type with --input=f32[...]");
  }
  IValue value = values[next++];
  if (!value.type()->isSubtypeOf(*type))
    throw ImportError("expected an input of type " + type->str() + " for '" +
                      name + "', found " + value.type()->str());
  if (value.isTensor())
    builder.argument(value.toTensor(), name, /*isParameter=*/false);
  return value;
}

//===----------------------------------------------------------------------===//
// The import
//===----------------------------------------------------------------------===//

static void importArchive(const char *bytes, size_t size,
                          const ImportOptions &options, ImportResult &result) {
  at::NoGradGuard noGrad;
  std::unique_ptr<Archive> archive = readArchive(bytes, size);
  auto *function = archive->module.type()->findMethod(options.method);
  if (!function)
    throw ImportError("the module has no method '" + options.method +
                      "'; name one with --method");
  TypeService types(options.kernelOpt);
  Builder builder(types);
  Inputs inputs(options.inputs, builder);
  std::vector<IValue> arguments;
  const auto &schema = function->getSchema().arguments();
  for (size_t i = 1; i < schema.size(); ++i)
    arguments.push_back(inputs.take(schema[i].type(), schema[i].name(),
                                    schema[i].default_value()));
  inputs.finish(schema.size() - 1);
  Interpreter interpreter(*archive, builder, result, options.fallback);
  IValue value = interpreter.run(options.method, arguments);
  Tensors results = interpreter.flatten(value);
  if (!result.problems.empty())
    return;
  if (results.empty())
    throw ImportError("the model returns no tensor");
  result.text = builder.moduleText(options.method, results);
  result.operations = builder.numOperations();
  for (const std::string &name : builder.writtenArguments())
    result.notes.push_back("the model writes to '" + name +
                           "'; the function leaves it as it is");
  result.succeeded = true;
}

ImportResult
kernel_opt::import::importTorchScript(const char *bytes, size_t size,
                                      const ImportOptions &options) {
  ImportResult result;
  std::string message;
  try {
    importArchive(bytes, size, options, result);
  } catch (const c10::Error &error) {
    message = error.what_without_backtrace();
  } catch (const std::exception &error) {
    message = error.what();
  } catch (...) {
    message = "libtorch threw something that is no exception";
  }
  if (!message.empty())
    result.problems.push_back({"", message, 1, "", ""});
  return result;
}

//===----------------------------------------------------------------------===//
// What is said
//===----------------------------------------------------------------------===//

/// The length of the character of UTF-8 that begins at `at`, 0 if none does.
static size_t characterAt(const std::string &text, size_t at) {
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  unsigned first = byte(at);
  size_t length = first < 0x80                    ? 1
                  : first >= 0xC2 && first < 0xE0 ? 2
                  : first >= 0xE0 && first < 0xF0 ? 3
                  : first >= 0xF0 && first < 0xF5 ? 4
                                                  : 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80)
      return 0;
  return length;
}

/// What an archive says may hold any bytes; what is printed is one line of
/// text.
static std::string printable(const std::string &text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    size_t length = characterAt(text, at);
    unsigned char first = static_cast<unsigned char>(text[at]);
    if (first == '\n')
      result += ' ';
    else if (length == 0 || first < 0x20 || first == 0x7F)
      result += '?';
    else
      result += text.substr(at, length);
    at += std::max<size_t>(length, 1);
  }
  while (!result.empty() && result.back() == ' ')
    result.pop_back();
  return result;
}

std::string ImportResult::describe() const {
  std::string text;
  for (const Problem &problem : problems) {
    text += "error: ";
    if (!problem.op.empty())
      text += "'" + problem.op + "' (" + std::to_string(problem.count) +
              (problem.count == 1 ? " time" : " times") + "): ";
    text += printable(problem.reason);
    if (!problem.module.empty())
      text += "; in " + printable(problem.module);
    if (!problem.source.empty())
      text += "; at " + printable(problem.source);
    text += "\n";
  }
  for (const std::string &note : notes)
    text += "note: " + printable(note) + "\n";
  return text;
}

static std::string jsonText(const std::string &text) {
  std::string result = "\"";
  for (char c : printable(text)) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string ImportResult::json() const {
  std::string list, said;
  for (const Problem &problem : problems)
    list += std::string(list.empty() ? "" : ",") +
            "\n    {\"op\": " + jsonText(problem.op) +
            ", \"reason\": " + jsonText(problem.reason) +
            ", \"count\": " + std::to_string(problem.count) +
            ", \"module\": " + jsonText(problem.module) +
            ", \"source\": " + jsonText(problem.source) + "}";
  for (const std::string &note : notes)
    said += std::string(said.empty() ? "" : ", ") + jsonText(note);
  return std::string("{\n  \"succeeded\": ") + (succeeded ? "true" : "false") +
         ",\n  \"operations\": " + std::to_string(operations) +
         ",\n  \"problems\": [" + list + "],\n  \"notes\": [" + said + "]\n}\n";
}
