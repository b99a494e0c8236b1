#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// What one look at a namespace that is being deleted has found, and what its status says of it.
/// Source: kube-controller-manager 1.32, pkg/controller/namespace/deletion.
struct NamespaceContent {
  std::map<std::string, std::int64_t> resources;   // objects left, by "pods.", "deployments.apps"
  std::map<std::string, std::int64_t> finalizers;  // objects left that have it, by finalizer
  std::vector<std::string> errors;                 // what could not be deleted
  /// How long what is left may take, by its own account; zero: everything is gone.
  std::int64_t estimate_seconds = 0;

  [[nodiscard]] bool is_gone() const { return estimate_seconds == 0 && errors.empty(); }
};

/// status.conditions of the namespace, with what is known now. One that stays as it is stays
/// untouched.
Value namespace_conditions(const Value& conditions, const NamespaceContent& content, Time now);

}  // namespace inferlab::sim
