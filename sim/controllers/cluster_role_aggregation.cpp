// The ClusterRole aggregation controller: a role with an aggregationRule has the rules of all roles
// that its selectors select, and no others.
// Source: Kubernetes documentation, "Using RBAC Authorization", "Aggregated ClusterRoles".
#include <algorithm>

#include "sim/api/selector.h"
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kRoles = "clusterroles.rbac.authorization.k8s.io";
constexpr std::string_view kWatches[] = {kRoles};

class ClusterRoleAggregation final : public Controller {
 public:
  explicit ClusterRoleAggregation(const ControllerContext& context)
      : Controller(context, "controller/clusterrole-aggregation",
                   "clusterrole-aggregation-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  // Any role may be selected by any other.
  void observe(const Change& /*change*/) override {
    for (const ObjectPtr& role : store().list(kRoles)) {
      if (role->document.has("aggregationRule")) queue().add(role->key);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr role = store().get(key);
    if (role == nullptr || !role->document.has("aggregationRule")) return {};
    Value::Array rules;
    for (const Value& wish : role->document["aggregationRule"]["clusterRoleSelectors"].items()) {
      const LabelSelector selector = LabelSelector::from_object(wish);
      for (const ObjectPtr& other : store().list(kRoles)) {
        if (other->key == key) continue;
        if (!selector.matches(labels_from(other->document["metadata"]["labels"]))) continue;
        for (const Value& rule : other->document["rules"].items()) {
          if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
        }
      }
    }
    const Value wanted = rules.empty() ? Value() : Value::array(std::move(rules));
    const Value& present = role->document["rules"];
    if (wanted == present || (wanted.empty() && present.empty())) return {};
    return check(api().merge_patch(key, "", Value::object({{"rules", wanted}}), user()), key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_cluster_role_aggregation_controller(
    const ControllerContext& context) {
  return std::make_unique<ClusterRoleAggregation>(context);
}

}  // namespace inferlab::sim
