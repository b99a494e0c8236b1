#pragma once

#include <span>
#include <string_view>

#include "labs/lint/bundle.h"
#include "labs/lint/context.h"
#include "labs/lint/finding.h"

namespace inferlab::labs::lint {

/// One check of the linter: a file in labs/lint/checks, and a row of labs/lint/table.cpp.
struct Check {
  std::string_view id;
  Tier tier = Tier::kStatic;
  Severity severity = Severity::kWarning;
  std::string_view title;  // what it finds, in a few words
  std::string_view why;    // why that matters where LLMs are served
  std::string_view mend;   // what to do about it
  std::string_view rows;   // what must be taught that it belongs to: "RT-01 TRP-04"
  /// Looks at all of a bundle. Of a tier other than kContext, `context` may be empty and is not
  /// looked at; within that tier, what the context does not say is not judged. nullptr: the finding
  /// is the API server's (see api_rules.h).
  void (*run)(const Bundle& bundle, const Context& context, Report& report) = nullptr;
};

/// All checks, in the order of reports.
std::span<const Check* const> check_table();
/// nullptr when there is none.
const Check* find_check(std::string_view id);

}  // namespace inferlab::labs::lint
