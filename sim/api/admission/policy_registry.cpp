#include "sim/api/admission/policy_registry.h"

#include <utility>

namespace inferlab::sim {
namespace {

constexpr std::string_view kPolicies = "validatingadmissionpolicies.admissionregistration.k8s.io";
constexpr std::string_view kBindings =
    "validatingadmissionpolicybindings.admissionregistration.k8s.io";

}  // namespace

AdmissionPolicies::AdmissionPolicies(Store& store) : store_(store) {
  store_.subscribe(
      [this](const Change& change) {
        const std::string& resource = change.object->key.resource;
        if (resource == kPolicies || resource == kBindings) changed_ = true;
      },
      Store::ignore);
}

const std::vector<AdmissionPolicies::Bound>& AdmissionPolicies::bound() {
  if (std::exchange(changed_, false)) renew();
  return bound_;
}

void AdmissionPolicies::renew() {
  std::map<std::string, std::vector<Binding>> bindings;  // by the policy's name
  for (const ObjectPtr& binding : store_.list(kBindings)) {
    const Value& spec = binding->document["spec"];
    bindings[spec["policyName"].str()].push_back({binding->key.name, spec});
  }
  bound_.clear();
  std::map<std::string, Compiled> compiled;
  for (auto& [name, of_policy] : bindings) {
    const ObjectPtr policy = store_.get({std::string(kPolicies), "", name});
    if (policy == nullptr) continue;
    const Value& spec = policy->document["spec"];
    const auto known = compiled_.find(name);
    Compiled one = known != compiled_.end() && known->second.spec == spec
                       ? known->second
                       : Compiled{spec, std::make_shared<PolicyPrograms>(compile_policy(spec))};
    bound_.push_back({name, spec, std::move(of_policy), one.programs});
    compiled.emplace(name, std::move(one));
  }
  compiled_ = std::move(compiled);
}

}  // namespace inferlab::sim
