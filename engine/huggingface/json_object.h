#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::huggingface {

/// An object of a small JSON file of a stranger, read field by field. As in Python, a field that is
/// null counts as one that is not there. Errors are kInvalid, "FILE: FIELD: WHY".
class JsonObject {
 public:
  /// kInvalid for more than `max_bytes`, for what is no object, nested deeper than 32, or has a key
  /// twice.
  static Result<JsonObject> parse(std::string_view text, std::string file, std::size_t max_bytes);

  /// Of a file, a link followed; kNotFound when it is not there.
  static Result<JsonObject> read(const std::string& path, std::size_t max_bytes);

  [[nodiscard]] bool has(const char* field) const { return find(field) != nullptr; }
  /// Whether it is there, null or not.
  [[nodiscard]] bool has_key(const char* field) const { return value_.contains(field); }
  [[nodiscard]] std::vector<std::string> fields() const;

  [[nodiscard]] Result<std::optional<std::int64_t>> integer(const char* field) const;
  [[nodiscard]] Result<std::optional<double>> number(const char* field) const;
  [[nodiscard]] Result<std::optional<bool>> flag(const char* field) const;
  [[nodiscard]] Result<std::optional<std::string>> text(const char* field) const;
  [[nodiscard]] Result<std::vector<std::string>> texts(const char* field) const;
  [[nodiscard]] Result<std::optional<JsonObject>> object(const char* field) const;

  [[nodiscard]] Error invalid(std::string_view field, std::string_view why,
                              std::string hint = {}) const;

 private:
  JsonObject(nlohmann::json value, std::string place)
      : value_(std::move(value)), place_(std::move(place)) {}
  [[nodiscard]] const nlohmann::json* find(const char* field) const;
  [[nodiscard]] Error wrong_type(const char* field, const char* wanted) const;

  nlohmann::json value_;
  std::string place_;  // the file, and the fields that led here
};

}  // namespace inferlab::huggingface
