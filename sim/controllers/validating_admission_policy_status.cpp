// The ValidatingAdmissionPolicy status controller: says which generation it has seen, and what the
// type check has to remark on its expressions.
// Source: Kubernetes documentation, "Validating Admission Policy", "Type checking";
// pkg/controller/validatingadmissionpolicystatus of 1.32.
#include "sim/api/admission/policy_types.h"
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kPolicies = "validatingadmissionpolicies.admissionregistration.k8s.io";
constexpr std::string_view kWatches[] = {kPolicies};

class ValidatingAdmissionPolicyStatus final : public Controller {
 public:
  explicit ValidatingAdmissionPolicyStatus(const ControllerContext& context)
      : Controller(context, "controller/validatingadmissionpolicy-status",
                   "validatingadmissionpolicy-status-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.type != ChangeType::kDeleted) queue().add(change.object->key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr policy = store().get(key);
    if (policy == nullptr) return {};
    const Value& document = policy->document;
    const std::int64_t generation = document["metadata"]["generation"].as_int();
    if (generation <= document["status"]["observedGeneration"].as_int()) return {};
    Value::Array warnings;
    for (const ExpressionWarning& warning : check_policy_types(api().kinds(), document["spec"])) {
      warnings.push_back(
          Value::object({{"fieldRef", Value(warning.field)}, {"warning", Value(warning.text)}}));
    }
    Value checked = Value::object();
    if (!warnings.empty())
      checked = checked.with("expressionWarnings", Value::array(std::move(warnings)));
    const Value status = document["status"]
                             .with("observedGeneration", generation)
                             .with("typeChecking", std::move(checked));
    return check(api().update_status(kPolicies, document.with("status", status), user()), key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_validating_admission_policy_status_controller(
    const ControllerContext& context) {
  return std::make_unique<ValidatingAdmissionPolicyStatus>(context);
}

}  // namespace inferlab::sim
