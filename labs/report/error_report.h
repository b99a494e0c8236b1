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

/// The report on a submission that could not be graded, for programs that look for one: in JUnit
/// one test case with an <error>, in JSON the object of report_json() with no checks and one of
/// `errors`. Empty for people: they read the error itself.
std::string error_report(const std::string& lab_id, const std::string& submission,
                         const Error& error, ReportFormat format);

}  // namespace inferlab::labs
