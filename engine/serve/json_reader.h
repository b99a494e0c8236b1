#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/serve/api_types.h"

namespace inferlab {

/// A body that is a JSON object, or why it is none. Nesting is bounded before anything is built.
std::variant<nlohmann::json, ApiError> parse_json_object(std::string_view body);

/// Takes fields out of a JSON object. null is as good as absent. The first error stays; what is
/// read after it does not matter.
class JsonReader {
 public:
  /// Borrows the object.
  explicit JsonReader(const nlohmann::json& object) : object_(object) {}

  [[nodiscard]] const std::optional<ApiError>& error() const { return error_; }
  /// "PARAM: WHY".
  void fail(std::string param, const std::string& why);
  /// A sentence that stands by itself, as vLLM has it.
  void refuse(std::string param, std::string sentence);
  void wrong_type(std::string param, std::string_view wanted, const nlohmann::json& value);

  /// Null for absent and for null.
  [[nodiscard]] const nlohmann::json* find(const char* name) const;

  std::string text(const char* name);
  bool flag(const char* name, bool otherwise = false);
  std::optional<std::int64_t> integer(const char* name);
  std::optional<std::int64_t> integer(const std::string& name, const nlohmann::json& value);
  std::optional<double> number(const char* name);
  /// nullopt where there is no such field, or a wrong one.
  std::optional<std::vector<TokenId>> token_ids(const char* name, std::size_t most);
  std::optional<std::vector<TokenId>> token_ids(const std::string& name,
                                                const nlohmann::json& array, std::size_t most);
  /// A string is as good as an array of it with `or_one`.
  std::vector<std::string> strings(const char* name, std::size_t most, std::size_t most_bytes,
                                   bool or_one);

 private:
  const nlohmann::json& object_;
  std::optional<ApiError> error_;
};

}  // namespace inferlab
