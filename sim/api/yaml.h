#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Where something stands in a text; both count from 1. 0: unknown.
struct Place {
  int line = 0;
  int column = 0;
};

/// A YAML document and where each of its nodes stands.
struct YamlDocument {
  Value value;
  /// By path: "" is the root, ".spec.containers[0].image" a value. Of a member, the place of its
  /// key.
  std::map<std::string, Place, std::less<>> places;
  /// Members that came twice (strict decoding refuses them): path.
  std::vector<std::string> duplicates;
  /// The place of `path`, or of its nearest ancestor that has one.
  [[nodiscard]] Place place(std::string_view path) const;
};

struct YamlLimits {
  std::size_t max_bytes = std::size_t{3} << 20;  // etcd's own limit is half of it
  std::size_t max_depth = 100;
  std::size_t max_nodes = 200'000;  // aliases count as what they expand to: no alias bomb
  std::size_t max_documents = 1000;
};

/// Reads all documents of a text (between "---" lines; empty ones are left out). Scalars are typed
/// as Kubernetes' own reader does (sigs.k8s.io/yaml, YAML 1.1): y, yes, on are true, 0x1F is 31, a
/// quoted scalar is a string, keys become strings. Errors are "NAME:LINE:COLUMN: WHAT: WHY".
Result<std::vector<YamlDocument>> parse_yaml(std::string_view text, std::string_view name,
                                             const YamlLimits& limits = {});

/// Block style as kubectl prints, keys in order.
std::string to_yaml(const Value& value);

}  // namespace inferlab::sim
