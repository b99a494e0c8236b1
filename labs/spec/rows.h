#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs {

/// One thing that is to be taught: what `rows` of labs and checks name.
struct TaughtRow {
  std::string id, title;
  std::string waits_for;  // what must be built before a lab can grade it; empty: nothing
};

/// All of assets/facts/rows.yaml, in order.
Result<std::vector<TaughtRow>> load_rows();

}  // namespace inferlab::labs
