#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/api/admission/policy_expressions.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The ValidatingAdmissionPolicies of a store that a binding names, with their bindings. On the
/// run's thread only.
///
/// A policy holds from the write on; the real server takes it in within a second.
class AdmissionPolicies {
 public:
  struct Binding {
    std::string name;
    Value spec;
  };
  struct Bound {
    std::string name;
    Value spec;
    std::vector<Binding> bindings;  // by name
    std::shared_ptr<const PolicyPrograms> programs;
  };

  /// `store` must not outlive this.
  explicit AdmissionPolicies(Store& store);
  AdmissionPolicies(const AdmissionPolicies&) = delete;
  AdmissionPolicies& operator=(const AdmissionPolicies&) = delete;

  /// By name. Valid until the next write; who needs it for longer keeps a copy.
  const std::vector<Bound>& bound();

 private:
  struct Compiled {
    Value spec;
    std::shared_ptr<const PolicyPrograms> programs;
  };
  void renew();

  Store& store_;
  bool changed_ = true;
  std::vector<Bound> bound_;
  std::map<std::string, Compiled> compiled_;  // by the policy's name
};

}  // namespace inferlab::sim
