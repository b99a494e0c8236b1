#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "sim/api/validation/errors.h"

// Rules that fields of several kinds share, with the API server's words.
// Source: Kubernetes 1.32, pkg/apis/core/validation; k8s.io/apimachinery/pkg/util/validation.
namespace inferlab::sim {

/// "Unsupported value", where the value is none of these.
void validate_one_of(const FieldPath& path, const Value& value,
                     std::initializer_list<std::string_view> supported, FieldErrors& errors);
/// "field is immutable", where the value is another one than it was.
void validate_immutable(const FieldPath& path, const Value& now, const Value& before,
                        FieldErrors& errors);
/// "acme.io/foo".
void validate_domain_prefixed_path(const FieldPath& path, const Value& value, FieldErrors& errors);

/// 25 for "25%"; nullopt for what is no percentage.
std::optional<std::int64_t> percent_of(const Value& value);
/// 0, "0%" or nothing.
bool is_zero_amount(const Value& value);
/// A number that is not negative, or a percentage.
void validate_int_or_percent(const Value& value, const FieldPath& path, FieldErrors& errors);
void validate_at_most_100_percent(const Value& value, const FieldPath& path, FieldErrors& errors);

}  // namespace inferlab::sim
