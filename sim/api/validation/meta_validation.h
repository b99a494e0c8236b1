#pragma once

#include "sim/api/kind.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim {

/// metadata of a new object, or of an update when `old` is not null.
void validate_metadata(const Kind& kind, const Value& object, const Value& old,
                       FieldErrors& errors);

void validate_labels(const Value& labels, const FieldPath& path, FieldErrors& errors);
void validate_annotations(const Value& annotations, const FieldPath& path, FieldErrors& errors);
/// metav1.LabelSelector.
void validate_label_selector(const Value& selector, const FieldPath& path, FieldErrors& errors);

}  // namespace inferlab::sim
