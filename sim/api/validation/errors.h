#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Where a field stands, "spec.containers[0].image". Made only where an error is told: rules pass
/// it on by value as they descend, so keep paths short-lived.
class FieldPath {
 public:
  FieldPath() = default;
  FieldPath(std::string_view name) : parent_(nullptr), name_(name) {}  // NOLINT: a root is a name
  FieldPath(const char* name) : FieldPath(std::string_view(name)) {}   // NOLINT

  /// The result points to this one: it must not outlive it.
  [[nodiscard]] FieldPath operator/(std::string_view name) const { return {this, name, -1, false}; }
  [[nodiscard]] FieldPath index(std::size_t i) const {
    return {this, {}, static_cast<std::int64_t>(i), false};
  }
  [[nodiscard]] FieldPath key(std::string_view name) const { return {this, name, -1, true}; }
  [[nodiscard]] std::string str() const;

 private:
  FieldPath(const FieldPath* parent, std::string_view name, std::int64_t index, bool key)
      : parent_(parent), name_(name), index_(index), key_(key) {}

  const FieldPath* parent_ = nullptr;
  std::string_view name_;
  std::int64_t index_ = -1;
  bool key_ = false;
};

// One violation each, with the API server's words. Source: k8s.io/apimachinery, field.Error.
FieldError required(const FieldPath& path, std::string_view why = {});
FieldError invalid_value(const FieldPath& path, const Value& value, std::string_view why);
/// The value printed as it stands here, without quotes.
FieldError invalid_raw(const FieldPath& path, std::string_view shown, std::string_view why);
FieldError unsupported(const FieldPath& path, const Value& value,
                       std::initializer_list<std::string_view> supported);
/// The value printed as it stands here, without quotes.
FieldError unsupported_raw(const FieldPath& path, std::string_view shown,
                           std::initializer_list<std::string_view> supported);
FieldError duplicate(const FieldPath& path, const Value& value);
/// The value printed as it stands here, without quotes.
FieldError duplicate_raw(const FieldPath& path, std::string_view shown);
FieldError forbidden_field(const FieldPath& path, std::string_view why);
FieldError field_not_found(const FieldPath& path, const Value& value);
FieldError too_long_field(const FieldPath& path, std::size_t limit);
FieldError too_many(const FieldPath& path, std::size_t actual, std::size_t limit);

/// A Value as Go prints it in messages: "x" in quotes, 1, {"a":"b"}, null.
std::string shown(const Value& value);

}  // namespace inferlab::sim
