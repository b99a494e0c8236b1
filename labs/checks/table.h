#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "labs/checks/check.h"
#include "labs/spec/spec_table.h"

namespace inferlab::labs {

/// What objects a kind is there to judge as such: when one of them keeps several checks from
/// judging, it is this check that names the reason, and the others refer to it.
enum class Judges : std::uint8_t { kDetail, kWhole };

/// A kind of check: the word in a lab's `kind`, what it looks at, and the params it takes.
struct CheckRow {
  std::string_view kind;
  std::string_view what;
  const SpecTable* params;
  CheckFunction run;
  Judges judges = Judges::kDetail;
};

/// All kinds, by name.
std::span<const CheckRow> check_table();
/// nullptr when there is none.
const CheckRow* find_check_row(std::string_view kind);

}  // namespace inferlab::labs
