#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::labs {

// What every SARIF 2.1.0 log of ours is made of. Source: OASIS, "Static Analysis Results
// Interchange Format (SARIF) Version 2.1.0 Plus Errata 01".

/// A message string: braces are doubled (section 3.11.5), and what would be a link of section
/// 3.11.6 is kept from being one, as strangers could make it lead anywhere.
sim::Value sarif_message(std::string_view text);

/// A path as a URI reference (RFC 3986).
std::string sarif_uri(const std::string& path);

/// The log with its one run, as the text of a file. `version` is this program's, "0.1.0"; empty:
/// not said. `notes` are told as notifications.
struct SarifRun {
  std::string version;
  sim::Value::Array rules, results;
  std::vector<std::string> notes;
};
std::string sarif_log(SarifRun run);

}  // namespace inferlab::labs
