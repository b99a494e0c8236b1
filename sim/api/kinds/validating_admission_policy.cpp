// ValidatingAdmissionPolicy: conditions that objects must meet to be accepted.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/admission_policy_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Validations", "integer", ""},
                                    {"ParamKind", "string", ""},
                                    {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  const Value& param = spec["paramKind"];
  return {object["metadata"]["name"], static_cast<std::int64_t>(spec["validations"].size()),
          param.is_null() ? "<unset>" : param["apiVersion"].str() + "/" + param["kind"].str(),
          age_of(object, now)};
}

Value set_defaults(Value object) {
  Value spec = filled(object["spec"], {{"failurePolicy", "Fail"}});
  if (spec.has("matchConstraints"))
    spec = spec.with("matchConstraints", default_match_resources(spec["matchConstraints"]));
  return object.with("spec", spec);
}

Value prepare(Value object, const Value& old) {
  return old.is_null() ? object.with("status", Value::object()) : object;
}

}  // namespace

const Kind kValidatingAdmissionPolicy = {.group = "admissionregistration.k8s.io",
                                         .version = "v1",
                                         .kind = "ValidatingAdmissionPolicy",
                                         .plural = "validatingadmissionpolicies",
                                         .singular = "validatingadmissionpolicy",
                                         .short_names = {},
                                         .categories = {"api-extensions"},
                                         .namespaced = false,
                                         .verbs = all_verbs(),
                                         .subresources = {"status"},
                                         .schema = &types::kValidatingAdmissionPolicy,
                                         .counts_generation = true,
                                         .set_defaults = set_defaults,
                                         .validate = validate_admission_policy,
                                         .prepare = prepare,
                                         .columns = kColumns,
                                         .cells = cells};

}  // namespace inferlab::sim::kinds
