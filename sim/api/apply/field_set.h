#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim {

/// A set of field paths, as metadata.managedFields[].fieldsV1 writes them: a tree whose edges are
/// "f:NAME" (a member), "k:{…}" (the item of a list with these keys) and "v:…" (an item of a set).
/// Source: Kubernetes documentation, "Server-Side Apply"; sigs.k8s.io/structured-merge-diff.
class FieldSet {
 public:
  bool member = false;  // this path itself is in the set
  std::map<std::string, FieldSet, std::less<>> children;

  static FieldSet from_value(const Value& fields_v1);
  [[nodiscard]] Value to_value() const;

  [[nodiscard]] bool empty() const { return !member && children.empty(); }
  [[nodiscard]] const FieldSet* child(std::string_view element) const;

  void add(const FieldSet& other);
  /// Takes the paths of `other` out.
  void subtract(const FieldSet& other);
  [[nodiscard]] FieldSet intersection(const FieldSet& other) const;

  /// ".spec.template.spec.containers[name=\"main\"].image": every path, in order.
  [[nodiscard]] std::vector<std::string> paths() const;

  friend bool operator==(const FieldSet&, const FieldSet&) = default;

 private:
  static FieldSet subtree(const Value& fields_v1);
  void add_paths(const std::string& prefix, std::vector<std::string>& out) const;
};

}  // namespace inferlab::sim
