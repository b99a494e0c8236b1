#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/tensor_type.h"

namespace inferlab {

/// One tensor of a GGUF file; a view into the file's bytes.
struct GgufTensor {
  std::string_view name;
  TensorType type;
  /// Fastest dimension first, as in the file: a matrix of R rows and C columns is {C, R}.
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;

  [[nodiscard]] std::int64_t columns() const { return shape[0]; }
  /// Product of all dimensions but the first.
  [[nodiscard]] std::int64_t rows() const;
};

/// Types of metadata values, with GGUF's own numbers.
enum class GgufType : std::uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

/// One metadata entry; a view into the file's bytes.
struct GgufValue {
  std::string_view key;
  GgufType type;  ///< of the value, or of the elements of an array
  bool is_array;
  std::uint64_t count;              ///< 1 unless an array
  std::span<const std::byte> data;  ///< a string without its length; array elements as in the file
};

/// A GGUF file, version 2 or 3, little-endian.
///
/// Nothing in the file is believed: every count, length, type, offset and shape is checked against
/// the file's size before it is used, and memory grows only with bytes that were really read.
/// Names, keys, strings and tensor data are views that live as long as this object (moving it keeps
/// them valid). Immutable after loading, so any thread may read.
///
/// Errors are kInvalid with "FILE: WHAT: WHY", kNotFound for a missing file or key, kUnavailable
/// when the file cannot be read. Source: GGUF specification (ggml/docs/gguf.md).
class GgufFile {
 public:
  /// Maps the file read-only.
  static Result<GgufFile> open(const std::string& path);
  /// Takes the bytes over. `name` stands for the file in messages.
  static Result<GgufFile> parse(std::vector<std::byte> bytes, std::string name);
  /// Borrows the bytes: they must outlive the result and be aligned to 8.
  static Result<GgufFile> parse(std::span<const std::byte> bytes, std::string name);
  /// A model that is stored in another way, as the GGUF file that it could be: the metadata of
  /// `metadata`, a file without tensors, and these tensors, whose names and data live in `owner`:
  /// read-only mappings of `size_bytes` in all. An error names a tensor that is there twice.
  static Result<GgufFile> assemble(GgufFile metadata, std::vector<GgufTensor> tensors,
                                   std::shared_ptr<const void> owner, std::int64_t size_bytes);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t version() const { return version_; }
  /// Whether the bytes are a mapping of the file.
  [[nodiscard]] bool is_mapped() const { return is_mapped_; }
  /// Whether assemble() made it: no single file has it.
  [[nodiscard]] bool is_assembled() const { return is_assembled_; }
  [[nodiscard]] std::int64_t size_bytes() const { return size_bytes_; }

  /// In the file's order.
  [[nodiscard]] std::span<const GgufValue> values() const { return values_; }
  [[nodiscard]] std::span<const GgufTensor> tensors() const { return tensors_; }
  /// Null when there is none.
  [[nodiscard]] const GgufValue* find_value(std::string_view key) const;
  [[nodiscard]] const GgufTensor* find_tensor(std::string_view tensor_name) const;
  [[nodiscard]] bool has(std::string_view key) const { return find_value(key) != nullptr; }

  /// Typed getters: kNotFound when the key is missing, kInvalid when it has another type. integer()
  /// takes every integer type that fits, number() takes integers too.
  [[nodiscard]] Result<std::string_view> text(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] Result<double> number(std::string_view key) const;
  [[nodiscard]] Result<bool> flag(std::string_view key) const;
  [[nodiscard]] Result<std::vector<std::string_view>> texts(std::string_view key) const;
  [[nodiscard]] Result<std::vector<std::int64_t>> integers(std::string_view key) const;
  [[nodiscard]] Result<std::vector<double>> numbers(std::string_view key) const;

  /// As above, but a missing key gives `fallback`; a wrong type is still an error.
  [[nodiscard]] Result<std::int64_t> integer_or(std::string_view key, std::int64_t fallback) const;
  [[nodiscard]] Result<double> number_or(std::string_view key, double fallback) const;
  [[nodiscard]] Result<bool> flag_or(std::string_view key, bool fallback) const;
  [[nodiscard]] Result<std::string_view> text_or(std::string_view key,
                                                 std::string_view fallback) const;

  /// kNotFound names the tensor.
  [[nodiscard]] Result<const GgufTensor*> tensor(std::string_view tensor_name) const;

 private:
  GgufFile() = default;
  [[nodiscard]] Result<const GgufValue*> value(std::string_view key) const;
  [[nodiscard]] Error wrong_type(const GgufValue& value, std::string_view wanted) const;

  std::string name_;
  std::uint32_t version_ = 0;
  bool is_mapped_ = false;
  bool is_assembled_ = false;
  std::int64_t size_bytes_ = 0;
  std::shared_ptr<const void> owner_;          // the mapping or the vector; null when borrowed
  std::shared_ptr<const void> tensors_owner_;  // null unless assembled
  std::vector<GgufValue> values_;
  std::vector<GgufTensor> tensors_;
  std::vector<std::uint32_t> values_by_key_;    // indices into values_, sorted by key
  std::vector<std::uint32_t> tensors_by_name_;  // indices into tensors_, sorted by name
};

}  // namespace inferlab
