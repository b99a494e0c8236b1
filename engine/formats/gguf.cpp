#include "engine/formats/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/printable.h"
#include "engine/formats/gguf_parse.h"
#include "engine/formats/gguf_reader.h"
#include "engine/formats/mapped_file.h"

namespace inferlab {
namespace {

template <typename T>
T read(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

/// nullopt when the element is no integer or does not fit.
std::optional<std::int64_t> integer_at(const GgufValue& value, std::uint64_t index) {
  const std::byte* from = value.data.data() + index * gguf_type_bytes(value.type);
  switch (value.type) {
    case GgufType::kUint8:
      return read<std::uint8_t>(from);
    case GgufType::kInt8:
      return read<std::int8_t>(from);
    case GgufType::kUint16:
      return read<std::uint16_t>(from);
    case GgufType::kInt16:
      return read<std::int16_t>(from);
    case GgufType::kUint32:
      return read<std::uint32_t>(from);
    case GgufType::kInt32:
      return read<std::int32_t>(from);
    case GgufType::kInt64:
      return read<std::int64_t>(from);
    case GgufType::kUint64: {
      const auto number = read<std::uint64_t>(from);
      if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
      }
      return static_cast<std::int64_t>(number);
    }
    default:
      return std::nullopt;
  }
}

std::optional<double> number_at(const GgufValue& value, std::uint64_t index) {
  const std::byte* from = value.data.data() + index * gguf_type_bytes(value.type);
  if (value.type == GgufType::kFloat32) return static_cast<double>(read<float>(from));
  if (value.type == GgufType::kFloat64) return read<double>(from);
  if (const auto number = integer_at(value, index)) return static_cast<double>(*number);
  return std::nullopt;
}

/// Indices of `entries` in the order of `name_of`; an error names one that stands there twice.
template <typename Entry, typename NameOf>
Result<std::vector<std::uint32_t>> sorted_by_name(const std::vector<Entry>& entries, NameOf name_of,
                                                  const std::string& file, std::string_view what) {
  std::vector<std::uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return name_of(entries[i]); });
  const auto twice =
      std::ranges::adjacent_find(order, {}, [&](std::uint32_t i) { return name_of(entries[i]); });
  if (twice != order.end()) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {} {} is there twice", file, what,
                                                  printable(name_of(entries[*twice])))};
  }
  return order;
}

template <typename Entry, typename NameOf>
const Entry* find_by_name(const std::vector<Entry>& entries,
                          const std::vector<std::uint32_t>& order, NameOf name_of,
                          std::string_view name) {
  const auto found = std::ranges::lower_bound(order, name, {},
                                              [&](std::uint32_t i) { return name_of(entries[i]); });
  if (found == order.end() || name_of(entries[*found]) != name) return nullptr;
  return &entries[*found];
}

constexpr auto kKeyOf = [](const GgufValue& value) { return value.key; };
constexpr auto kNameOf = [](const GgufTensor& tensor) { return tensor.name; };

}  // namespace

std::int64_t GgufTensor::rows() const {
  std::int64_t product = 1;
  for (std::size_t d = 1; d < shape.size(); ++d) product *= shape[d];
  return product;
}

Result<GgufFile> GgufFile::open(const std::string& path) {
  INFERLAB_TRY(MappedFile mapped, MappedFile::open(path));
  const auto owner = std::make_shared<const MappedFile>(std::move(mapped));
  INFERLAB_TRY(GgufFile file, parse(owner->bytes(), path));
  file.owner_ = owner;
  file.is_mapped_ = true;
  return file;
}

Result<GgufFile> GgufFile::parse(std::vector<std::byte> bytes, std::string name) {
  const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  INFERLAB_TRY(GgufFile file, parse(std::span(*owner), std::move(name)));
  file.owner_ = owner;
  return file;
}

Result<GgufFile> GgufFile::parse(std::span<const std::byte> bytes, std::string name) {
  // Backends read F32 tensors in place; the format aligns them to 4 bytes within the file.
  INFERLAB_CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0);
  INFERLAB_TRY(GgufHeader header, parse_gguf_header(bytes, name));
  GgufFile file;
  file.name_ = std::move(name);
  file.size_bytes_ = std::ssize(bytes);
  file.version_ = header.version;
  file.values_ = std::move(header.values);
  file.tensors_ = std::move(header.tensors);
  INFERLAB_TRY(file.values_by_key_, sorted_by_name(file.values_, kKeyOf, file.name_, "key"));
  INFERLAB_TRY(file.tensors_by_name_, sorted_by_name(file.tensors_, kNameOf, file.name_, "tensor"));
  return file;
}

Result<GgufFile> GgufFile::assemble(GgufFile metadata, std::vector<GgufTensor> tensors,
                                    std::shared_ptr<const void> owner, std::int64_t size_bytes) {
  INFERLAB_CHECK(metadata.tensors_.empty());
  GgufFile file = std::move(metadata);
  file.tensors_ = std::move(tensors);
  file.tensors_owner_ = std::move(owner);
  file.size_bytes_ = size_bytes;
  file.is_mapped_ = true;
  file.is_assembled_ = true;
  INFERLAB_TRY(file.tensors_by_name_, sorted_by_name(file.tensors_, kNameOf, file.name_, "tensor"));
  return file;
}

const GgufValue* GgufFile::find_value(std::string_view key) const {
  return find_by_name(values_, values_by_key_, kKeyOf, key);
}

const GgufTensor* GgufFile::find_tensor(std::string_view tensor_name) const {
  return find_by_name(tensors_, tensors_by_name_, kNameOf, tensor_name);
}

Result<const GgufTensor*> GgufFile::tensor(std::string_view tensor_name) const {
  if (const GgufTensor* found = find_tensor(tensor_name)) return found;
  return Error{ErrorKind::kNotFound, fmt::format("{}: tensor {}: is missing", name_, tensor_name)};
}

Result<const GgufValue*> GgufFile::value(std::string_view key) const {
  if (const GgufValue* found = find_value(key)) return found;
  return Error{ErrorKind::kNotFound, fmt::format("{}: {}: is missing", name_, key)};
}

Error GgufFile::wrong_type(const GgufValue& value, std::string_view wanted) const {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}: is not {}", name_, value.key, wanted)};
}

Result<std::string_view> GgufFile::text(std::string_view key) const {
  INFERLAB_TRY(const GgufValue* found, value(key));
  if (found->is_array || found->type != GgufType::kString) return wrong_type(*found, "a string");
  return std::string_view(reinterpret_cast<const char*>(found->data.data()), found->data.size());
}

Result<std::int64_t> GgufFile::integer(std::string_view key) const {
  INFERLAB_TRY(const GgufValue* found, value(key));
  if (!found->is_array) {
    if (const auto number = integer_at(*found, 0)) return *number;
  }
  return wrong_type(*found, "an integer of at most 63 bits");
}

Result<double> GgufFile::number(std::string_view key) const {
  INFERLAB_TRY(const GgufValue* found, value(key));
  if (!found->is_array) {
    if (const auto number = number_at(*found, 0)) return *number;
  }
  return wrong_type(*found, "a number");
}

Result<bool> GgufFile::flag(std::string_view key) const {
  INFERLAB_TRY(const GgufValue* found, value(key));
  if (found->is_array || found->type != GgufType::kBool) return wrong_type(*found, "a flag");
  return found->data[0] != std::byte{0};
}

Result<std::vector<std::string_view>> GgufFile::texts(std::string_view key) const {
  INFERLAB_TRY(const GgufValue* found, value(key));
  if (!found->is_array || found->type != GgufType::kString) {
    return wrong_type(*found, "an array of strings");
  }
  std::vector<std::string_view> result;
  result.reserve(found->count);  // each takes at least 8 bytes of the file: checked when parsed
  GgufReader reader(found->data);
  while (const auto text = reader.text()) result.push_back(*text);
  return result;
}

Result<std::vector<std::int64_t>> GgufFile::integers(std::string_view key) const {
  INFERLAB_TRY(const GgufValue* found, value(key));
  std::vector<std::int64_t> result;
  if (!found->is_array) return wrong_type(*found, "an array of integers");
  for (std::uint64_t i = 0; i < found->count; ++i) {
    const auto number = integer_at(*found, i);
    if (!number) return wrong_type(*found, "an array of integers");
    result.push_back(*number);
  }
  return result;
}

Result<std::vector<double>> GgufFile::numbers(std::string_view key) const {
  INFERLAB_TRY(const GgufValue* found, value(key));
  std::vector<double> result;
  if (!found->is_array) return wrong_type(*found, "an array of numbers");
  for (std::uint64_t i = 0; i < found->count; ++i) {
    const auto number = number_at(*found, i);
    if (!number) return wrong_type(*found, "an array of numbers");
    result.push_back(*number);
  }
  return result;
}

Result<std::int64_t> GgufFile::integer_or(std::string_view key, std::int64_t fallback) const {
  return has(key) ? integer(key) : Result<std::int64_t>(fallback);
}

Result<double> GgufFile::number_or(std::string_view key, double fallback) const {
  return has(key) ? number(key) : Result<double>(fallback);
}

Result<bool> GgufFile::flag_or(std::string_view key, bool fallback) const {
  return has(key) ? flag(key) : Result<bool>(fallback);
}

Result<std::string_view> GgufFile::text_or(std::string_view key, std::string_view fallback) const {
  return has(key) ? text(key) : Result<std::string_view>(fallback);
}

}  // namespace inferlab
