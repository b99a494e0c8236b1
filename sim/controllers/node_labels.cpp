// A part of the node lifecycle controller: the old names of a node's labels say what the new ones
// do. Source: Kubernetes documentation, "Well-Known Labels, Annotations and Taints"; the list is
// that of Kubernetes 1.32, pkg/controller/nodelifecycle.
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"nodes"};
constexpr std::string_view kPairs[][2] = {
    {"kubernetes.io/os", "beta.kubernetes.io/os"},
    {"kubernetes.io/arch", "beta.kubernetes.io/arch"},
};

Value missing_labels(const Value& labels) {
  Value::Object missing;
  for (const auto& pair : kPairs) {
    const Value* primary = labels.find(pair[0]);
    if (primary != nullptr && labels[pair[1]] != *primary) {
      missing.push_back({std::string(pair[1]), *primary});
    }
  }
  return Value::object(std::move(missing));
}

class NodeLabels final : public Controller {
 public:
  explicit NodeLabels(const ControllerContext& context)
      : Controller(context, "controller/node-labels", "node-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.type == ChangeType::kDeleted) return;
    if (!missing_labels(change.object->document["metadata"]["labels"]).empty()) {
      queue().add(change.object->key);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr node = store().get(key);
    if (node == nullptr) return {};
    const Value missing = missing_labels(node->document["metadata"]["labels"]);
    if (missing.empty()) return {};
    return check(
        api().merge_patch(
            key, "", Value::object({{"metadata", Value::object({{"labels", missing}})}}), user()),
        key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_node_label_controller(const ControllerContext& context) {
  return std::make_unique<NodeLabels>(context);
}

}  // namespace inferlab::sim
