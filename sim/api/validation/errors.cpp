#include "sim/api/validation/errors.h"

#include "sim/api/json.h"

namespace inferlab::sim {

std::string FieldPath::str() const {
  std::string before = parent_ != nullptr ? parent_->str() : std::string();
  if (index_ >= 0) return before + "[" + std::to_string(index_) + "]";
  if (key_) return before + "[" + std::string(name_) + "]";
  if (before.empty()) return std::string(name_);
  return before + "." + std::string(name_);
}

std::string shown(const Value& value) {
  return to_json(value);
}

FieldError required(const FieldPath& path, std::string_view why) {
  return {"FieldValueRequired", path.str(),
          "Required value" + (why.empty() ? std::string() : ": " + std::string(why))};
}

FieldError invalid_value(const FieldPath& path, const Value& value, std::string_view why) {
  return invalid_raw(path, shown(value), why);
}

FieldError invalid_raw(const FieldPath& path, std::string_view text, std::string_view why) {
  return {"FieldValueInvalid", path.str(),
          "Invalid value: " + std::string(text) + (why.empty() ? "" : ": ") + std::string(why)};
}

FieldError unsupported(const FieldPath& path, const Value& value,
                       std::initializer_list<std::string_view> supported) {
  return unsupported_raw(path, shown(value.is_null() ? Value("") : value), supported);
}

FieldError unsupported_raw(const FieldPath& path, std::string_view text,
                           std::initializer_list<std::string_view> supported) {
  std::string all;
  for (const std::string_view one : supported) {
    all += (all.empty() ? "\"" : ", \"") + std::string(one) + "\"";
  }
  return {"FieldValueNotSupported", path.str(),
          "Unsupported value: " + std::string(text) +
              (all.empty() ? "" : ": supported values: " + all)};
}

FieldError duplicate(const FieldPath& path, const Value& value) {
  return duplicate_raw(path, shown(value));
}

FieldError duplicate_raw(const FieldPath& path, std::string_view text) {
  return {"FieldValueDuplicate", path.str(), "Duplicate value: " + std::string(text)};
}

FieldError forbidden_field(const FieldPath& path, std::string_view why) {
  return {"FieldValueForbidden", path.str(), "Forbidden: " + std::string(why)};
}

FieldError field_not_found(const FieldPath& path, const Value& value) {
  return {"FieldValueNotFound", path.str(), "Not found: " + shown(value)};
}

FieldError too_long_field(const FieldPath& path, std::size_t limit) {
  return {"FieldValueTooLong", path.str(),
          "Too long: may not be more than " + std::to_string(limit) + " bytes"};
}

FieldError too_many(const FieldPath& path, std::size_t actual, std::size_t limit) {
  return {"FieldValueTooMany", path.str(),
          "Too many: " + std::to_string(actual) + ": must have at most " + std::to_string(limit) +
              " items"};
}

}  // namespace inferlab::sim
