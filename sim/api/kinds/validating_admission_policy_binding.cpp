// ValidatingAdmissionPolicyBinding: where a policy holds and what a breach of it leads to.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/admission_policy_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"PolicyName", "string", ""},
                                    {"ParamRef", "string", ""},
                                    {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  const Value& param = spec["paramRef"];
  std::string shown_param = "<unset>";
  if (param.has("namespace")) {
    shown_param = param["namespace"].str() + "/" + param["name"].str();
  } else if (!param.is_null()) {
    shown_param = "*/" + param["name"].str();
  }
  return {object["metadata"]["name"], spec["policyName"], shown_param, age_of(object, now)};
}

Value set_defaults(Value object) {
  if (!object["spec"].has("matchResources")) return object;
  return object.with_path({"spec", "matchResources"},
                          default_match_resources(object["spec"]["matchResources"]));
}

}  // namespace

const Kind kValidatingAdmissionPolicyBinding = {.group = "admissionregistration.k8s.io",
                                                .version = "v1",
                                                .kind = "ValidatingAdmissionPolicyBinding",
                                                .plural = "validatingadmissionpolicybindings",
                                                .singular = "validatingadmissionpolicybinding",
                                                .short_names = {},
                                                .categories = {"api-extensions"},
                                                .namespaced = false,
                                                .verbs = all_verbs(),
                                                .subresources = {},
                                                .schema = &types::kValidatingAdmissionPolicyBinding,
                                                .counts_generation = true,
                                                .set_defaults = set_defaults,
                                                .validate = validate_admission_policy_binding,
                                                .columns = kColumns,
                                                .cells = cells};

}  // namespace inferlab::sim::kinds
