#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"

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
  /// It is judged later in a session that is under way, at this virtual time at the latest: neither
  /// passed nor failed, and `seen`, if anything, says how it stands at present. nullopt: it was
  /// judged.
  std::optional<Duration> judged_by = {};
};

/// One line of a plot: what was scraped of the graded run, window by window.
struct EvidenceSeries {
  std::string plot;                           // lines of the same plot are drawn together
  std::string name;                           // of the line: "p95", "answered"
  std::string unit;                           // "s", "requests"; of the whole plot
  std::vector<std::optional<double>> values;  // nullopt: nothing was seen in this window
};

/// Something that happened to the graded run.
struct EvidenceMarker {
  Duration at{};
  std::string text;  // "node-down of node gpu-0"
};

/// What the graded run looked like from outside. Values have four significant digits, so that they
/// are the same to the last byte wherever they are printed.
struct Evidence {
  Duration window{};  // values[i] is of (i * window, (i + 1) * window]
  std::vector<EvidenceSeries> series;
  std::vector<EvidenceMarker> markers;  // in order of time
};

/// A grade with its reasons. It holds nothing that differs between two gradings of the same
/// submission: no wall time, no path, no machine.
struct Report {
  std::string lab_id, lab_title;
  std::string submission;  // as the grader was told to call it
  std::string learner;     // whose variant of the lab it is; empty: nobody's
  std::uint64_t seed = 0;
  std::string horizon, apply_at;    // virtual
  std::string journal_hash;         // of what was submitted
  std::string run_hash;             // of the graded run
  std::vector<CheckResult> checks;  // in the lab's order
  int points = 0;                   // to be had
  int earned = 0;
  int pass_points = 0;
  bool passed = false;  // whole() and earned >= pass_points; hints do not change it
  std::vector<std::string> hints_used;
  int hint_cost = 0;
  std::vector<std::string> notes;  // about what was graded: what a session could not hand over
  Evidence evidence;
  /// Id of the lab that its learner may do next; empty: there is none, or it is not known. It is
  /// the learner's and not the submission's: grading leaves it empty.
  std::string next_lab;
  /// Of a session that is under way: how far it had come, and nothing here is later than that.
  /// nullopt: the run was graded up to its horizon.
  std::optional<Duration> present = {};
  /// Every check was judged: it is a grade. Else it says how things stand so far.
  [[nodiscard]] bool whole() const;
  /// Of the checks that were judged.
  [[nodiscard]] int points_judged() const;
  [[nodiscard]] int score() const { return earned > hint_cost ? earned - hint_cost : 0; }
};

}  // namespace inferlab::labs
