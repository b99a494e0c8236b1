#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace inferlab::labs {

struct CheckResult {
  std::string id, kind, title;
  std::vector<std::string> rows;
  int points = 0;  // to be had
  int earned = 0;
  bool passed = false;
  std::string seen, expected;
  std::string hint;  // the lab's hint for what was seen; may be empty
  /// Id of the failed check that names the reason why this one could not be judged; `seen` says so
  /// too. Empty: this check was judged itself.
  std::string blocked_by;
};

/// A grade with its reasons. It holds nothing that differs between two gradings of the same
/// submission: no wall time, no path, no machine.
struct Report {
  std::string lab_id, lab_title;
  std::string submission;  // as the grader was told to call it
  std::uint64_t seed = 0;
  std::string horizon, apply_at;    // virtual
  std::string journal_hash;         // of what was submitted
  std::string run_hash;             // of the graded run
  std::vector<CheckResult> checks;  // in the lab's order
  int points = 0;                   // to be had
  int earned = 0;
  int pass_points = 0;
  bool passed = false;  // earned >= pass_points; hints do not change it
  std::vector<std::string> hints_used;
  int hint_cost = 0;
  std::vector<std::string> notes;  // about what was graded: what a session could not hand over
  [[nodiscard]] int score() const { return earned > hint_cost ? earned - hint_cost : 0; }
};

}  // namespace inferlab::labs
