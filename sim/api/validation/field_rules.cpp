#include "sim/api/validation/field_rules.h"

#include <algorithm>
#include <charconv>

#include "sim/api/validation/go_text.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

// More than any arithmetic on replicas could bear. The real server takes such a percentage, and its
// controllers overflow on it.
constexpr std::int64_t kMostPercent = 1'000'000;

}  // namespace

void validate_one_of(const FieldPath& path, const Value& value,
                     std::initializer_list<std::string_view> supported, FieldErrors& errors) {
  const auto same = [&](std::string_view one) { return one == value.as_string(); };
  if (std::none_of(supported.begin(), supported.end(), same))
    errors.push_back(unsupported(path, value, supported));
}

void validate_immutable(const FieldPath& path, const Value& now, const Value& before,
                        FieldErrors& errors) {
  // A field that is gone is shown as a text.
  if (now != before)
    errors.push_back(
        invalid_value(path, now.is_null() ? Value("null") : now, "field is immutable"));
}

void validate_domain_prefixed_path(const FieldPath& path, const Value& value, FieldErrors& errors) {
  const std::string_view text = value.as_string();
  if (text.empty()) {
    errors.push_back(required(path));
    return;
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    errors.push_back(
        invalid_value(path, value, "must be a domain-prefixed path (such as \"acme.io/foo\")"));
    return;
  }
  const Value host(text.substr(0, slash));
  add_name_errors(path, host, check_dns1123_subdomain(host.as_string()), errors);
}

std::optional<std::int64_t> percent_of(const Value& value) {
  std::string_view text = value.as_string();
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ptr != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

bool is_zero_amount(const Value& value) {
  return value.is_string() ? percent_of(value).value_or(0) == 0 : value.as_int() == 0;
}

void validate_int_or_percent(const Value& value, const FieldPath& path, FieldErrors& errors) {
  if (!value.is_string()) {
    validate_not_negative(path, value, errors);
  } else if (!percent_of(value)) {
    errors.push_back(invalid_raw(
        path, go_int_or_string(value),
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. "
        "'1%',  or '93%', regex used for validation is '[0-9]+%')"));
  } else if (*percent_of(value) > kMostPercent) {
    errors.push_back(invalid_raw(path, go_int_or_string(value),
                                 "must not be greater than " + std::to_string(kMostPercent) + "%"));
  }
}

void validate_at_most_100_percent(const Value& value, const FieldPath& path, FieldErrors& errors) {
  if (percent_of(value).value_or(0) > 100)
    errors.push_back(invalid_raw(path, go_int_or_string(value), "must not be greater than 100%"));
}

}  // namespace inferlab::sim
