#pragma once

#include <string>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim {

/// What a project adds to the API of a cluster: its CustomResourceDefinitions, and cluster-scoped
/// objects that come with them. No program of it runs here.
struct AddOnSpec {
  std::string name;     // "keda"
  std::string title;    // for lists
  std::string version;  // of the project
  std::string source;   // where the facts are from
  std::vector<Value> objects;

  /// The kinds that it brings, in its file's order.
  [[nodiscard]] std::vector<std::string> kinds() const;
};

}  // namespace inferlab::sim
