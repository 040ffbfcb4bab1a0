//===- Archive.cpp - Modules out of TorchScript archives --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libtorch's own `load` reads every weight, even to the meta device, and moves
// constants of the code there too, where their values are lost. So the parts of
// libtorch that read pickles and sources are put together here.
//
//===----------------------------------------------------------------------===//

#include "Archive.h"
#include <algorithm>
#include <cstring>

using namespace kernel_opt::import;
using caffe2::serialize::PyTorchStreamReader;

//===----------------------------------------------------------------------===//
// Lines of sources
//===----------------------------------------------------------------------===//

/// The place that one entry of the record names: ((texts, file, first line),
/// start, end), where texts and file are numbers of strings.
static std::string placeOf(const IValue &range,
                           const std::vector<std::string> &strings) {
  const auto &parts = range.toTupleRef().elements();
  const auto &source = parts.at(0).toTupleRef().elements();
  std::string file = strings.at(source.at(1).toInt());
  if (file.empty())
    return "";
  int64_t left = parts.at(1).toInt(), line = source.at(2).toInt() + 1;
  for (const IValue &number : source.at(0).toList()) {
    const std::string &text = strings.at(number.toInt());
    int64_t taken = std::clamp<int64_t>(left, 0, text.size());
    line += std::count(text.begin(), text.begin() + taken, '\n');
    left -= text.size();
  }
  return file + ":" + std::to_string(line);
}

SourceLines SourceLines::read(const char *bytes, size_t size) {
  SourceLines result;
  try {
    IValue value = jit::unpickle(bytes, size);
    const auto &parts = value.toTupleRef().elements();
    if (parts.size() != 3 || !parts[0].isString())
      return result;
    std::vector<std::string> strings;
    for (const IValue &text : parts[1].toTupleRef().elements())
      strings.push_back(text.toStringRef());
    auto add = [&](const IValue &entry) {
      const auto &fields = entry.toTupleRef().elements();
      result.places[fields.at(0).toInt()] = placeOf(fields.at(1), strings);
    };
    if (parts[2].isList())
      for (const IValue &entry : parts[2].toList())
        add(entry);
    else
      for (const IValue &entry : parts[2].toTupleRef().elements())
        add(entry);
  } catch (const std::exception &) {
    result.places.clear();
  }
  return result;
}

std::string SourceLines::at(size_t offset) const {
  auto next = places.upper_bound(offset);
  return next == places.begin() ? "" : std::prev(next)->second;
}

std::string Archive::describe(const jit::SourceRange &range) const {
  if (!range.source())
    return "";
  auto known = lines.find(range.source().get());
  std::string place =
      known == lines.end() ? "" : known->second.at(range.start());
  if (!place.empty())
    return place;
  auto found = range.file_line_col();
  return found ? std::get<0>(*found) + ":" + std::to_string(std::get<1>(*found))
               : "";
}

//===----------------------------------------------------------------------===//
// Pickles
//===----------------------------------------------------------------------===//

namespace {
/// The bytes of an archive, for libtorch's reader of zip files.
class Bytes : public caffe2::serialize::ReadAdapterInterface {
public:
  Bytes(const char *bytes, size_t size) : bytes(bytes), count(size) {}
  size_t size() const override { return count; }
  size_t read(uint64_t pos, void *buffer, size_t n,
              const char *) const override {
    if (pos >= count)
      return 0;
    size_t taken = std::min<size_t>(n, count - pos);
    std::memcpy(buffer, bytes + pos, taken);
    return taken;
  }

private:
  const char *bytes;
  size_t count;
};

class Reader {
public:
  Reader(const char *bytes, size_t size)
      : archive(std::make_unique<Archive>()),
        zip(std::make_shared<PyTorchStreamReader>(
            std::make_shared<Bytes>(bytes, size))) {}
  std::unique_ptr<Archive> read();

private:
  IValue readPickle(const std::string &name, bool withContents);
  std::shared_ptr<jit::Source> readSource(const std::string &qualifier);
  c10::intrusive_ptr<c10::ivalue::Object> makeObject(const at::StrongTypePtr &,
                                                     const IValue &);

  std::unique_ptr<Archive> archive;
  std::shared_ptr<PyTorchStreamReader> zip;
  std::vector<IValue> constants;
  std::unique_ptr<jit::SourceImporter> sources;
};
} // namespace

/// Fails unless all elements lie in the storage, which the pickle does not
/// guarantee.
static void checkExtent(const at::Tensor &tensor, bool withContents) {
  int64_t last = tensor.storage_offset();
  for (int64_t dim = 0; dim < tensor.dim(); ++dim) {
    int64_t size = tensor.sizes()[dim], stride = tensor.strides()[dim];
    if (size < 0 || stride < 0 || size > (int64_t(1) << 40) ||
        stride > (int64_t(1) << 40))
      throw ImportError("a tensor of the archive has impossible sizes");
    last += size ? (size - 1) * stride : 0;
  }
  if (!withContents || tensor.numel() == 0)
    return;
  auto bytes = static_cast<int64_t>(tensor.storage().nbytes());
  if (last < 0 || (last + 1) > bytes / int64_t(tensor.element_size()))
    throw ImportError("a tensor of the archive is larger than its contents");
}

IValue Reader::readPickle(const std::string &name, bool withContents) {
  auto [data, size] = zip->getRecord(name + ".pkl");
  size_t at = 0;
  auto bytes = static_cast<const char *>(data.get());
  auto next = [&, size = size](char *buffer, size_t n) -> size_t {
    size_t taken = std::min(n, size - at);
    std::memcpy(buffer, bytes + at, taken);
    at += taken;
    return taken;
  };
  auto resolve = [&](const c10::QualifiedName &type) {
    c10::TypePtr found = sources ? sources->loadType(type) : nullptr;
    if (!found)
      throw ImportError("the archive lacks the type '" + type.qualifiedName() +
                        "'");
    return c10::StrongTypePtr(archive->unit, found);
  };
  auto make = [&](const at::StrongTypePtr &type, const IValue &state) {
    return makeObject(type, state);
  };
  auto record = [&](const std::string &key) {
    if (!withContents)
      return at::DataPtr(nullptr, at::kCPU);
    return std::get<0>(zip->getRecord(name + "/" + key));
  };
  at::Device device = withContents ? at::kCPU : at::kMeta;
  jit::Unpickler unpickler(next, resolve, make, record, device);
  unpickler.set_version(zip->version());
  IValue value = unpickler.parse_ivalue();
  return value;
}

c10::intrusive_ptr<c10::ivalue::Object>
Reader::makeObject(const at::StrongTypePtr &type, const IValue &state) {
  auto own = type.type_->cast<c10::ClassType>();
  if (!own)
    throw ImportError("expected a class in the archive, found '" +
                      type.type_->str() + "'");
  if (own->findMethod("__setstate__"))
    throw ImportError("'" + own->name()->qualifiedName() +
                      "' restores itself by code of its own, which is not run "
                      "(quantized modules do so); export the model without it");
  size_t count = own->numAttributes();
  auto object = c10::ivalue::Object::create(type, count);
  c10::Dict<IValue, IValue> fields = state.toGenericDict();
  for (size_t index = 0; index < count; ++index) {
    IValue field = fields.at(own->getAttributeName(index));
    if (field.isTensor() && field.toTensor().defined())
      checkExtent(field.toTensor(), /*withContents=*/false);
    object->setSlot(index, field);
  }
  return object;
}

std::shared_ptr<jit::Source> Reader::readSource(const std::string &qualifier) {
  std::string path = "code/" + qualifier;
  std::replace(path.begin(), path.end(), '.', '/');
  path += ".py";
  if (!zip->hasRecord(path))
    return nullptr;
  auto [data, size] = zip->getRecord(path);
  auto source = std::make_shared<jit::Source>(
      std::string(static_cast<const char *>(data.get()), size), path, 1);
  if (zip->hasRecord(path + ".debug_pkl")) {
    auto [debug, length] = zip->getRecord(path + ".debug_pkl");
    archive->lines[source.get()] =
        SourceLines::read(static_cast<const char *>(debug.get()), length);
  }
  return source;
}

std::unique_ptr<Archive> Reader::read() {
  if (zip->hasRecord("model.json"))
    throw ImportError("the archive is of the first format of TorchScript; load "
                      "and save it with a Torch of today");
  if (!zip->hasRecord("constants.pkl") || !zip->hasRecord("data.pkl"))
    throw ImportError("the zip file is no TorchScript archive: expected "
                      "'constants.pkl' and 'data.pkl' in it; make one with "
                      "torch.jit.save (torch.save writes weights alone, "
                      "torch.export another format)");
  archive->unit = std::make_shared<jit::CompilationUnit>();
  sources = std::make_unique<jit::SourceImporter>(
      archive->unit, &constants,
      [&](const std::string &qualifier) { return readSource(qualifier); },
      zip->version());
  IValue table = readPickle("constants", /*withContents=*/true);
  for (const IValue &constant : table.toTupleRef().elements()) {
    if (constant.isTensor() && constant.toTensor().defined())
      checkExtent(constant.toTensor(), /*withContents=*/true);
    constants.push_back(constant);
  }
  IValue value = readPickle("data", /*withContents=*/false);
  if (!value.isObject() || !value.toObject()->type()->is_module())
    throw ImportError("expected a module in the archive, found another value");
  archive->module = jit::Module(value.toObject());
  return std::move(archive);
}

std::unique_ptr<Archive> kernel_opt::import::readArchive(const char *bytes,
                                                         size_t size) {
  if (size < 4 || std::memcmp(bytes, "PK\x03\x04", 4) != 0)
    throw ImportError("expected a TorchScript archive, which is a zip file as "
                      "torch.jit.save writes it, found something else");
  return Reader(bytes, size).read();
}
