#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs::batch {

// Comma-separated values. Source: RFC 4180; lines end with a newline alone, both are read.

/// A field. What a spreadsheet would take for a formula (it begins with = + - @) gets a quote in
/// front: names of folders are written by strangers.
std::string csv_field(std::string_view text);

/// The records of a text; empty lines are left out. kInvalid, "NAME:LINE: WHY".
Result<std::vector<std::vector<std::string>>> read_csv(std::string_view text,
                                                       std::string_view name);

}  // namespace inferlab::labs::batch
