#pragma once

#include <string>

#include "engine/base/error.h"
#include "labs/report/formats.h"

namespace inferlab::labs {

/// What `error` says of a place in a file, "FILE:LINE:COLUMN: TEXT", taken apart.
struct PlacedError {
  std::string file;  // empty: the error names no place, and `text` is all of it
  int line = 0, column = 0;
  std::string text;
};
PlacedError placed(const Error& error);

/// The report on a submission that could not be graded, for programs that look for one; a page or
/// an image says so, too. Empty for people at a terminal: they read the error itself.
std::string error_report(const std::string& lab_id, const std::string& submission,
                         const Error& error, ReportFormat format, const ReportLook& look = {});

// In each format; it stands in the format's own file.

/// The object of report_json() with no checks and one of `errors`.
std::string error_json(const std::string& lab_id, const std::string& submission,
                       const Error& error);
/// One test case with an <error>.
std::string error_junit(const std::string& lab_id, const std::string& submission,
                        const Error& error);
/// One result, at the error's own place.
std::string error_sarif(const std::string& lab_id, const std::string& submission,
                        const Error& error, std::string_view version = {});
std::string error_github(const std::string& lab_id, const Error& error);
/// A score of 0 and one failed test.
std::string error_gradescope(const std::string& lab_id, const Error& error);
std::string error_badge(const std::string& lab_id);
std::string error_html(const std::string& lab_id, const std::string& submission,
                       const Error& error);

}  // namespace inferlab::labs
