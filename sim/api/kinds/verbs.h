#pragma once

#include <string_view>
#include <vector>

namespace inferlab::sim::kinds {

/// What can be done with an ordinary kind, in the order of discovery.
inline std::vector<std::string_view> all_verbs() {
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

}  // namespace inferlab::sim::kinds
