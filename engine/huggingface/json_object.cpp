#include "engine/huggingface/json_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "engine/base/printable.h"
#include "engine/formats/read_file.h"

namespace inferlab::huggingface {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;

/// Follows the parser, whose tree would keep the last of equal keys and take any depth.
class ShapeCheck {
 public:
  [[nodiscard]] const std::string& reason() const { return reason_; }

  /// False leaves the value out of the tree: after the first reason nothing more is kept.
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (!reason_.empty()) return false;
    if (depth > kMaxDepth) reason_ = "is nested too deep";
    switch (event) {
      case Json::parse_event_t::object_start:
        keys_.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        if (!keys_.empty()) keys_.pop_back();
        break;
      case Json::parse_event_t::key:
        if (!keys_.empty() && !keys_.back().insert(parsed.get<std::string>()).second) {
          reason_ = printable(parsed.get<std::string>()) + ": is there twice";
        }
        break;
      default:
        break;
    }
    return reason_.empty();
  }

 private:
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
  std::string reason_;
};

}  // namespace

Result<JsonObject> JsonObject::parse(std::string_view text, std::string file,
                                     std::size_t max_bytes) {
  const auto invalid = [&file](std::string_view why) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}", file, why)};
  };
  if (text.size() > max_bytes) {
    return invalid(fmt::format("has {} bytes, more than {}", text.size(), max_bytes));
  }
  ShapeCheck check;
  Json value = Json::parse(
      text.begin(), text.end(),
      [&check](int depth, Json::parse_event_t event, const Json& parsed) {
        return check(depth, event, parsed);
      },
      /*allow_exceptions=*/false);
  if (!check.reason().empty()) return invalid(check.reason());
  if (!value.is_object()) return invalid("is no JSON object");
  return JsonObject(std::move(value), std::move(file));
}

Result<JsonObject> JsonObject::read(const std::string& path, std::size_t max_bytes) {
  INFERLAB_TRY(const std::vector<std::byte> bytes, read_file(path, max_bytes));
  return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path, max_bytes);
}

const Json* JsonObject::find(const char* field) const {
  const auto found = value_.find(field);
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

Error JsonObject::invalid(std::string_view field, std::string_view why, std::string hint) const {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", place_, field, why), std::move(hint)};
}

Error JsonObject::wrong_type(const char* field, const char* wanted) const {
  return invalid(field, fmt::format("is not {}", wanted));
}

std::vector<std::string> JsonObject::fields() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : value_.items()) {
    if (!value.is_null()) names.push_back(name);
  }
  return names;
}

Result<std::optional<std::int64_t>> JsonObject::integer(const char* field) const {
  const Json* value = find(field);
  if (value == nullptr) return std::optional<std::int64_t>();
  const bool fits = value->is_number_unsigned()
                        ? value->get<std::uint64_t>() <=
                              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                        : value->is_number_integer();
  if (!fits) return wrong_type(field, "an integer of at most 63 bits");
  return std::optional(value->get<std::int64_t>());
}

Result<std::optional<double>> JsonObject::number(const char* field) const {
  const Json* value = find(field);
  if (value == nullptr) return std::optional<double>();
  if (!value->is_number()) return wrong_type(field, "a number");
  return std::optional(value->get<double>());
}

Result<std::optional<bool>> JsonObject::flag(const char* field) const {
  const Json* value = find(field);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_boolean()) return wrong_type(field, "true or false");
  return std::optional(value->get<bool>());
}

Result<std::optional<std::string>> JsonObject::text(const char* field) const {
  const Json* value = find(field);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string()) return wrong_type(field, "a string");
  return std::optional(value->get<std::string>());
}

Result<std::vector<std::string>> JsonObject::texts(const char* field) const {
  const Json* value = find(field);
  std::vector<std::string> result;
  if (value == nullptr) return result;
  if (!value->is_array()) return wrong_type(field, "an array of strings");
  for (const Json& each : *value) {
    if (!each.is_string()) return wrong_type(field, "an array of strings");
    result.push_back(each.get<std::string>());
  }
  return result;
}

Result<std::optional<JsonObject>> JsonObject::object(const char* field) const {
  const Json* value = find(field);
  if (value == nullptr) return std::optional<JsonObject>();
  if (!value->is_object()) return wrong_type(field, "an object");
  return std::optional(JsonObject(*value, fmt::format("{}: {}", place_, field)));
}

}  // namespace inferlab::huggingface
