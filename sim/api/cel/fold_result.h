#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/api/cel/expr.h"
#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

/// What map(), filter(), transformList(), transformMap() or transformMapEntry() has made so far: a
/// list, or a map in which a key comes once.
class FoldResult {
 public:
  explicit FoldResult(FoldKind kind) : kind_(kind) {}

  /// Adds what the body came to. The error that ends the fold, if there is one.
  std::optional<Val> add(const Val& key, Val val);
  Val take();

 private:
  std::optional<Val> insert(Val key, Val val);

  FoldKind kind_;
  std::vector<Val> items_;
  std::vector<std::pair<Val, Val>> entries_;
  std::set<std::string> keys_;
};

}  // namespace inferlab::sim::cel
