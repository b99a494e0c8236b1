#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/tensor_type.h"

namespace inferlab::huggingface {

/// One tensor of a safetensors file; its data are a view into the file's bytes.
struct SafetensorsTensor {
  std::string name;
  std::string_view dtype;           ///< as the format spells it: "F32", "BF16", "F8_E4M3"
  std::vector<std::int64_t> shape;  ///< slowest dimension first; empty for a scalar
  std::span<const std::byte> data;

  /// What the engine computes with; nullopt for other types.
  [[nodiscard]] std::optional<TensorType> type() const;
};

/// A safetensors file: eight bytes with the length of a header, the header in JSON, the data.
///
/// Nothing in the file is believed, and what the reference implementation refuses is refused here:
/// a header of more than 100 MB, names that are there twice, tensors whose type and shape do not
/// make their bytes, data that overlap, bytes that belong to no tensor. Memory grows with the
/// header that was really read. Immutable after loading; views live as long as this object.
///
/// Errors are kInvalid with "FILE: WHAT: WHY", and those of MappedFile.
/// Source: safetensors, README.md ("Format") and safetensors/src/tensor.rs.
class SafetensorsFile {
 public:
  /// Maps the file read-only.
  static Result<SafetensorsFile> open(const std::string& path);
  /// Borrows the bytes: they must outlive the result.
  static Result<SafetensorsFile> parse(std::span<const std::byte> bytes, const std::string& name);
  /// Keeps the bytes.
  static Result<SafetensorsFile> parse(std::vector<std::byte> bytes, const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::int64_t size_bytes() const { return size_bytes_; }
  /// In the order of their names.
  [[nodiscard]] std::span<const SafetensorsTensor> tensors() const { return tensors_; }
  /// Null when there is none.
  [[nodiscard]] const SafetensorsTensor* find(std::string_view tensor_name) const;

 private:
  SafetensorsFile() = default;

  std::string name_;
  std::int64_t size_bytes_ = 0;
  std::shared_ptr<const void> owner_;  // the mapping or the vector; null when borrowed
  std::vector<SafetensorsTensor> tensors_;
};

}  // namespace inferlab::huggingface
