#pragma once

#include <string_view>

#include "labs/spec/spec_table.h"

namespace inferlab::labs {

inline constexpr std::string_view kProfileKind = "inferlab-profile";
inline constexpr int kProfileVersion = 1;

/// The form of a profile's file: see profile_file.h.
extern const SpecTable kProfileTable;

}  // namespace inferlab::labs
