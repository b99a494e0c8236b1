#pragma once

#include <span>
#include <string_view>

#include "labs/checks/check.h"
#include "labs/spec/spec_table.h"

namespace inferlab::labs {

/// A kind of check: the word in a lab's `kind`, what it looks at, and the params it takes.
struct CheckRow {
  std::string_view kind;
  std::string_view what;
  const SpecTable* params;
  CheckFunction run;
};

/// All kinds, by name.
std::span<const CheckRow> check_table();
/// nullptr when there is none.
const CheckRow* find_check_row(std::string_view kind);

}  // namespace inferlab::labs
