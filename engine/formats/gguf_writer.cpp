#include "engine/formats/gguf_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "engine/base/check.h"
#include "engine/formats/half.h"
#include "engine/formats/quantize.h"

namespace inferlab {
namespace {

template <typename T>
void append(std::vector<std::byte>& to, const T& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_text(std::vector<std::byte>& to, std::string_view text) {
  append(to, std::uint64_t{text.size()});
  const auto bytes = std::as_bytes(std::span(text));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

template <typename T>
void append_array(std::vector<std::byte>& to, GgufType type, std::span<const T> values) {
  append(to, static_cast<std::uint32_t>(type));
  append(to, std::uint64_t{values.size()});
  const auto bytes = std::as_bytes(values);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void pad(std::vector<std::byte>& bytes, std::uint32_t alignment) {
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
}

}  // namespace

GgufWriter::GgufWriter(std::uint32_t version, std::uint32_t alignment)
    : version_(version), alignment_(alignment) {
  INFERLAB_CHECK(version == 2 || version == 3);
  if (alignment != 32) add("general.alignment", alignment);
}

void GgufWriter::entry(std::string_view key, GgufType type) {
  append_text(values_, key);
  append(values_, static_cast<std::uint32_t>(type));
  ++num_values_;
}

void GgufWriter::add(std::string_view key, std::string_view text) {
  entry(key, GgufType::kString);
  append_text(values_, text);
}
void GgufWriter::add(std::string_view key, std::uint32_t number) {
  entry(key, GgufType::kUint32);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, std::uint64_t number) {
  entry(key, GgufType::kUint64);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, std::int32_t number) {
  entry(key, GgufType::kInt32);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, float number) {
  entry(key, GgufType::kFloat32);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, bool flag) {
  entry(key, GgufType::kBool);
  append(values_, static_cast<std::uint8_t>(flag ? 1 : 0));
}
void GgufWriter::add(std::string_view key, std::span<const std::string> texts) {
  entry(key, GgufType::kArray);
  append(values_, static_cast<std::uint32_t>(GgufType::kString));
  append(values_, std::uint64_t{texts.size()});
  for (const std::string& text : texts) append_text(values_, text);
}
void GgufWriter::add(std::string_view key, std::span<const float> numbers) {
  entry(key, GgufType::kArray);
  append_array(values_, GgufType::kFloat32, numbers);
}
void GgufWriter::add(std::string_view key, std::span<const std::int32_t> numbers) {
  entry(key, GgufType::kArray);
  append_array(values_, GgufType::kInt32, numbers);
}
void GgufWriter::add(std::string_view key, std::span<const std::uint8_t> bytes) {
  entry(key, GgufType::kArray);
  append_array(values_, GgufType::kUint8, bytes);
}

void GgufWriter::add(const GgufValue& value) {
  entry(value.key, value.is_array ? GgufType::kArray : value.type);
  if (value.is_array) {
    append(values_, static_cast<std::uint32_t>(value.type));
    append(values_, value.count);
  } else if (value.type == GgufType::kString) {
    append(values_, std::uint64_t{value.data.size()});
  }
  values_.insert(values_.end(), value.data.begin(), value.data.end());
}

void GgufWriter::add_tensor(std::string_view name, std::span<const std::int64_t> shape,
                            TensorType type, std::span<const float> values) {
  INFERLAB_CHECK(!shape.empty());
  std::int64_t elements = 1;
  for (const std::int64_t length : shape) elements *= length;
  INFERLAB_CHECK(elements == static_cast<std::int64_t>(values.size()));
  const auto columns = static_cast<std::size_t>(shape[0]);
  add_tensor(name, shape, type, [&](std::int64_t row, std::span<float> out) {
    std::ranges::copy(values.subspan(static_cast<std::size_t>(row) * columns, columns),
                      out.begin());
  });
}

void GgufWriter::add_tensor(std::string_view name, std::span<const std::int64_t> shape,
                            TensorType type, const ReadRow& read_row) {
  INFERLAB_CHECK(!shape.empty());
  INFERLAB_CHECK(shape[0] % tensor_block(type).elements == 0);
  tensors_.push_back({.name = std::string(name),
                      .shape = {shape.begin(), shape.end()},
                      .type = type,
                      .offset = data_.size()});
  std::int64_t rows = 1;
  for (const std::int64_t length : shape.subspan(1)) rows *= length;
  std::vector<float> values(static_cast<std::size_t>(shape[0]));
  for (std::int64_t row = 0; row < rows; ++row) {
    read_row(row, values);
    encode_elements(type, values, data_);
  }
  pad(data_, alignment_);
}

std::vector<std::byte> GgufWriter::header() const {
  std::vector<std::byte> result;
  append(result, std::uint32_t{0x46554747});
  append(result, version_);
  append(result, std::uint64_t{tensors_.size()});
  append(result, num_values_);
  result.insert(result.end(), values_.begin(), values_.end());
  for (const Tensor& tensor : tensors_) {
    append_text(result, tensor.name);
    append(result, static_cast<std::uint32_t>(tensor.shape.size()));
    for (const std::int64_t length : tensor.shape) append(result, length);
    append(result, static_cast<std::uint32_t>(tensor.type));
    append(result, tensor.offset);
  }
  pad(result, alignment_);
  return result;
}

std::vector<std::byte> GgufWriter::bytes() const {
  std::vector<std::byte> result = header();
  result.insert(result.end(), data_.begin(), data_.end());
  return result;
}

Result<void> GgufWriter::save(const std::string& path) const {
  const std::vector<std::byte> head = header();
  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  for (const std::vector<std::byte>* part : {&head, &data_}) {
    file.write(reinterpret_cast<const char*>(part->data()), std::ssize(*part));
  }
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    (void)std::remove(temporary.c_str());
    return Error{ErrorKind::kUnavailable, fmt::format("{}: cannot write", path),
                 "check that the folder exists and has room"};
  }
  return {};
}

}  // namespace inferlab
