#pragma once

#include "sim/api/validation/errors.h"

// What paths in a Pod's spec may lead to.
// Source: Kubernetes 1.32, pkg/apis/core/validation.
namespace inferlab::sim {

/// No part of it is "..".
void validate_no_backsteps(const Value& text, const FieldPath& path, FieldErrors& errors);
/// Relative, and without "..".
void validate_descending_path(const Value& text, const FieldPath& path, FieldErrors& errors);
/// Moreover, its first part does not begin with "..": such names are the kubelet's.
void validate_file_path(const Value& text, const FieldPath& path, FieldErrors& errors);

}  // namespace inferlab::sim
