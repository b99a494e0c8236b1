#pragma once

#include "labs/checks/variant.h"
#include "labs/spec/spec_table.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// What a check may change in the graded run to see what would have been: the form of a param
/// `change`.
extern const SpecTable kChangeTable;

/// The variant of a change that its table was checked against; of null the graded run itself.
VariantSpec variant_from(const sim::Value& change);

inline constexpr SpecField change_param(bool required) {
  return {.name = "change",
          .type = SpecType::kObject,
          .description = "what is changed in the run that is looked at; nothing if left out",
          .required = required,
          .object = &kChangeTable};
}

}  // namespace inferlab::labs
