#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "labs/checks/check.h"

namespace inferlab::labs {

/// A table of what must be allowed and what must be refused, against what is.
struct TruthRow {
  std::string question;  // "gateway to runtime, port 8000"
  bool expected = false;
  bool seen = false;
  std::string reason;
};

/// What a row's answers are called.
struct TruthWords {
  std::string_view yes = "allowed", no = "refused";
};

/// Points by the worse half: whoever allows everything, or refuses everything, has half of the rows
/// right and earns nothing. `seen` names the first row that is wrong.
Finding judged(const std::vector<TruthRow>& rows, std::string expected, TruthWords words = {});

}  // namespace inferlab::labs
