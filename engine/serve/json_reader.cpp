#include "engine/serve/json_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace inferlab {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 64;

/// Nesting of a text before it is parsed: nine million "[" would cost hundreds of megabytes.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::variant<Json, ApiError> parse_json_object(std::string_view body) {
  if (too_deep(body)) {
    return ApiError{.message = fmt::format("body: is nested deeper than {} levels", kMaxDepth)};
  }
  try {
    Json json = Json::parse(body);
    if (json.is_object()) return json;
    return ApiError{.message =
                        fmt::format("body: must be a JSON object, got {}", json.type_name())};
  } catch (const Json::parse_error& error) {
    return ApiError{.message =
                        fmt::format("body: is not valid JSON: error at byte {}", error.byte)};
  } catch (const Json::exception&) {  // a number beyond a double
    return ApiError{.message = "body: holds a number out of range"};
  }
}

void JsonReader::fail(std::string param, const std::string& why) {
  std::string message = param + ": " + why;
  refuse(std::move(param), std::move(message));
}

void JsonReader::refuse(std::string param, std::string sentence) {
  if (error_) return;
  error_ = ApiError{.status = 400, .message = std::move(sentence), .param = std::move(param)};
}

void JsonReader::wrong_type(std::string param, std::string_view wanted, const Json& value) {
  fail(std::move(param), fmt::format("must be {}, got {}", wanted, value.type_name()));
}

const Json* JsonReader::find(const char* name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::string JsonReader::text(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  wrong_type(name, "a string", *value);
  return {};
}

bool JsonReader::flag(const char* name, bool otherwise) {
  const Json* value = find(name);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  wrong_type(name, "true or false", *value);
  return otherwise;
}

std::optional<std::int64_t> JsonReader::integer(const char* name) {
  const Json* value = find(name);
  return value == nullptr ? std::nullopt : integer(name, *value);
}

std::optional<std::int64_t> JsonReader::integer(const std::string& name, const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    // 9e15 is below 2^53: beyond it a double says nothing exact.
    if (number == std::floor(number) && std::abs(number) < 9e15) {
      return static_cast<std::int64_t>(number);
    }
  }
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <=
                              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                        : value.is_number_integer();
  if (fits) return value.get<std::int64_t>();
  if (value.is_number()) {
    fail(name, "must be an integer of 64 bits, got " + value.dump());
  } else {
    wrong_type(name, "an integer", value);
  }
  return std::nullopt;
}

std::optional<double> JsonReader::number(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  wrong_type(name, "a number", *value);
  return std::nullopt;
}

std::optional<std::vector<TokenId>> JsonReader::token_ids(const char* name, std::size_t most) {
  const Json* value = find(name);
  return value == nullptr ? std::nullopt : token_ids(name, *value, most);
}

std::optional<std::vector<TokenId>> JsonReader::token_ids(const std::string& name,
                                                          const Json& array, std::size_t most) {
  if (!array.is_array()) {
    wrong_type(name, "an array of token ids", array);
    return std::nullopt;
  }
  if (array.size() > most) {
    fail(name, fmt::format("at most {} ids", most));
    return std::nullopt;
  }
  std::vector<TokenId> ids;
  ids.reserve(array.size());
  for (const Json& value : array) {
    const std::optional<std::int64_t> id = integer(name, value);
    if (!id) return std::nullopt;
    if (*id < 0 || *id > std::numeric_limits<TokenId>::max()) {
      fail(name, fmt::format("token id {} is out of the vocabulary", *id));
      return std::nullopt;
    }
    ids.push_back(static_cast<TokenId>(*id));
  }
  return ids;
}

std::vector<std::string> JsonReader::strings(const char* name, std::size_t most,
                                             std::size_t most_bytes, bool or_one) {
  std::vector<std::string> texts;
  const Json* value = find(name);
  if (value == nullptr) return texts;
  if (or_one && value->is_string()) {
    texts.push_back(value->get<std::string>());
  } else if (!value->is_array()) {
    wrong_type(name, or_one ? "a string or an array of strings" : "an array of strings", *value);
    return {};
  } else if (value->size() > most) {
    fail(name, fmt::format("at most {} strings", most));
    return {};
  } else {
    for (const Json& text : *value) {
      if (!text.is_string()) {
        wrong_type(name, "an array of strings", text);
        return {};
      }
      texts.push_back(text.get<std::string>());
    }
  }
  for (const std::string& text : texts) {
    if (text.size() > most_bytes) {
      fail(name, fmt::format("a string of more than {} bytes", most_bytes));
    }
  }
  return texts;
}

}  // namespace inferlab
