#pragma once

#include <string>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim {

/// The item of a list of type "map" that has the keys of `item`: what it was before an update.
/// nullptr when there is none, or a key is missing or no simple value.
const Value* item_with_keys_of(const Value& list, const Value& item,
                               const std::vector<std::string>& keys);

/// A part of an object that is updated, and what it was before, as far as that can be told: members
/// of objects by their name, items of lists of type "map" by their keys. What was wrong before and
/// has not changed is not held against an update.
/// Source: Kubernetes documentation, "Validation ratcheting".
class Correlation {
 public:
  /// Of what has no counterpart.
  Correlation() = default;
  Correlation(const Value& now, const Value& before) : now_(&now), before_(&before) {}

  /// Of a member that the schema describes. `root`: of a whole resource.
  [[nodiscard]] Correlation member(const std::string& name, bool root) const;
  [[nodiscard]] Correlation item(const Value& item, bool map_list,
                                 const std::vector<std::string>& keys) const;
  /// Of a schema that stands beside the node's own (allOf): it has but the parent's.
  [[nodiscard]] Correlation beside() const;

  /// It is as it was; or, where that cannot be told, what it is in is.
  [[nodiscard]] bool unchanged() const;

 private:
  const Value* now_ = nullptr;
  const Value* before_ = nullptr;
  const Value* parent_now_ = nullptr;  // the nearest that has a counterpart
  const Value* parent_before_ = nullptr;
};

}  // namespace inferlab::sim
