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

/// The virtual time from which on a session that is under way may be told how a check has ended:
/// nothing later changes it.
using JudgedFrom = Duration (*)(const LabSpec& lab, const Params& params);
/// It looks at what was handed in, and at no run.
Duration judged_at_once(const LabSpec& lab, const Params& params);
/// At the param `at` or `to`, whichever there is; else at the lab's horizon.
Duration judged_at_its_time(const LabSpec& lab, const Params& params);
Duration judged_at_horizon(const LabSpec& lab, const Params& params);

/// A kind of check: the word in a lab's `kind`, what it looks at, and the params it takes.
struct CheckRow {
  std::string_view kind;
  std::string_view what;
  const SpecTable* params;
  CheckFunction run;
  Judges judges = Judges::kDetail;
  JudgedFrom judged_from = judged_at_horizon;
  /// What it says of the end of a run means something of a run that is under way, too: "it holds
  /// now".
  bool tells_present = false;
};

/// All kinds, by name.
std::span<const CheckRow> check_table();
/// Of a check of the lab, by its kind; the lab's horizon at the latest.
Duration judged_from(const LabSpec& lab, const LabCheck& check);
/// nullptr when there is none.
const CheckRow* find_check_row(std::string_view kind);

}  // namespace inferlab::labs
