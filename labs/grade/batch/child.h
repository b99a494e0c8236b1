#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "labs/grade/batch/row.h"
#include "labs/grade/batch/shingles.h"

namespace inferlab::labs::batch {

/// What a child process is told to grade.
struct ChildTask {
  std::string lab;     // id or path
  std::string folder;  // of the submission
  std::string name;    // what its report calls it
  std::string learner;
  std::string seed;  // instead of the lab's; empty: the lab's
};

/// Its fields, each ended by NUL: a file's name may hold any other byte.
std::string write_task(const ChildTask& task);
std::optional<ChildTask> read_task(std::string_view text);

/// What a child has found out about its submission; the row's name and learner are not filled in.
struct ChildReport {
  std::string files_hash;  // of what it has read; empty: it has not come so far
  Likeness likeness;       // to other submissions
  bool complete = false;   // it came to a verdict, which `row` is
  Row row;
  /// The report, see report_json() and report_text(), or error_report() and the error in words.
  /// Empty unless `complete`.
  std::string json, text;
};

/// Reads what a child has sent, whole or not.
ChildReport read_child_report(std::string_view sent);

/// Where a child finds its task and sends its report.
inline constexpr int kTaskDescriptor = 0;
inline constexpr int kReportDescriptor = 3;

/// Exit statuses of a child besides 0: it ran out of the memory that it may have, or could not be
/// started.
inline constexpr int kChildNoMemory = 40;
inline constexpr int kChildNotStarted = 41;

/// The child's whole life: `inferlab grade --child`. The exit status of its process.
int run_child(int task_descriptor = kTaskDescriptor, int report_descriptor = kReportDescriptor);

}  // namespace inferlab::labs::batch
