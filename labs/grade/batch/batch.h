#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "labs/grade/batch/child_process.h"
#include "labs/grade/batch/row.h"
#include "labs/grade/batch/shingles.h"

namespace inferlab::labs::batch {

struct BatchProgress {
  std::size_t done = 0, of = 0;
  std::size_t now = 0;  // of those done, by this run
  Duration elapsed{};
};

struct BatchOptions {
  std::string lab;            // id or path
  std::string folder;         // of the submissions' folders
  std::string learners;       // a CSV file, see assign_learners(); empty: none
  bool variants = true;       // false: all have the lab as it ships, nobody's variant
  std::string state;          // the journal; empty: FOLDER/.inferlab-batch.jsonl
  std::string report_folder;  // empty: no reports
  std::optional<std::uint64_t> seed;
  std::size_t jobs = 1;
  ChildLimits limits = {};
  std::string program_version;  // of what grades: another one grades everything again
  /// What runs as a child; it calls run_child().
  std::vector<std::string> child_program = {"/proc/self/exe", "grade", "--child"};
  /// Grades no more than this many.
  std::size_t at_most = std::numeric_limits<std::size_t>::max();
  std::function<void(const BatchProgress&)> progress = {};  // some ten times a second
  std::function<bool()> stopped = {};                       // asked as often; then all is ended
};

struct BatchResult {
  Table table;                      // the rows of those that are done
  std::vector<Likeness> likeness;   // of each row
  std::size_t submissions = 0;      // that there are
  std::size_t taken_over = 0;       // of those done, by runs before
  std::size_t without_learner = 0;  // that the file of learners does not name

  [[nodiscard]] bool complete() const { return table.rows.size() == submissions; }
};

/// Grades every folder of `folder`, each in a child of its own, and goes on where a run before was
/// ended. Whatever a submission does costs its own grade and no other's. Memory: a row and at most
/// some 12000 numbers for each. Errors: the lab or a folder is not as it should be (kInvalid,
/// kNotFound), another batch is at work on it (kConflict), the machine fails us (kUnavailable).
Result<BatchResult> run_batch(const BatchOptions& options);

}  // namespace inferlab::labs::batch
