#pragma once

#include <string>

#include "engine/base/result.h"
#include "labs/grade/batch/row.h"

namespace inferlab::labs::batch {

// A batch as a file. Everything but CPU seconds, which are there with `timings`, is the same
// whenever, wherever and with however many children the batch has run. Names are shown as
// for_terminal() does.

/// name,learner,status,exit,earned,points,passed[,cpu_seconds],why and a column for each check.
std::string batch_csv(const Table& table, bool timings);
/// An object with "schema": "inferlab.batch/v1".
std::string batch_json(const Table& table, bool timings);
/// JUnit XML: a suite is a submission, a test case a check.
std::string batch_junit(const Table& table);
/// One page that needs nothing else: its rows are put in order by radio buttons and the style
/// sheet's `order`, without a script.
std::string batch_html(const Table& table, bool timings);
/// Tables `submissions` and `checks`. A file that is there must be one of these, and is made anew
/// in one transaction. CPU time is always there.
Result<void> write_batch_sqlite(const std::string& file, const Table& table);
/// Whether it can: kInvalid for a file of something else.
Result<void> check_batch_sqlite(const std::string& file);

/// By the file's ending: .csv, .json, .html, .xml (JUnit), .sqlite or .db.
Result<void> write_results(const std::string& file, const Table& table, bool timings);

/// Whether write_results() knows the file's kind and can write it: asked before the work.
Result<void> check_results(const std::string& file);

}  // namespace inferlab::labs::batch
