// The TTL controller: tells kubelets, by an annotation of their Node, how long they may keep
// Secrets and ConfigMaps before they ask again: the longer, the more nodes there are.
// Source: Kubernetes 1.32, pkg/controller/ttl.
#include <cstddef>
#include <map>
#include <string>

#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"nodes"};
constexpr std::string_view kAnnotation = "node.alpha.kubernetes.io/ttl";

// The bounds overlap, so that a node more or less does not change them all.
struct Step {
  std::size_t least, most;  // nodes
  int seconds;
};
constexpr std::size_t kNoEnd = static_cast<std::size_t>(-1);
constexpr Step kSteps[] = {
    {0, 100, 0}, {90, 500, 15}, {450, 1000, 30}, {900, 2000, 60}, {1800, kNoEnd, 300},
};

class NodeTtl final : public Controller {
 public:
  explicit NodeTtl(const ControllerContext& context)
      : Controller(context, "controller/ttl", "ttl-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  // A node gets a new value when it is written next: its status is, every five minutes.
  void observe(const Change& change) override {
    if (change.type == ChangeType::kAdded) {
      if (++nodes_ > kSteps[step_].most) ++step_;
    } else if (change.type == ChangeType::kDeleted) {
      if (--nodes_ < kSteps[step_].least) --step_;
      stated_.erase(change.object->key.name);
      return;
    }
    const std::string_view stated_now = stated(*change.object);
    stated_[change.object->key.name] = stated_now;
    if (stated_now != wanted()) queue().add(change.object->key);
  }

  void observe_renewal(const Renewal& renewal) override {
    const auto known = stated_.find(renewal.key.name);
    if (known != stated_.end() && known->second != wanted()) queue().add(renewal.key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr node = store().get(key);
    if (node == nullptr || stated(*node) == wanted()) return {};
    const Value annotations = Value::object({{std::string(kAnnotation), Value(wanted())}});
    return check(
        api().merge_patch(
            key, "", Value::object({{"metadata", Value::object({{"annotations", annotations}})}}),
            user()),
        key.name);
  }

 private:
  static std::string_view stated(const StoredObject& node) {
    return node.document["metadata"]["annotations"][kAnnotation].as_string();
  }
  [[nodiscard]] std::string wanted() const { return std::to_string(kSteps[step_].seconds); }

  std::size_t nodes_ = 0, step_ = 0;
  std::map<std::string, std::string, std::less<>> stated_;  // by node
};

}  // namespace

std::unique_ptr<Controller> make_node_ttl_controller(const ControllerContext& context) {
  return std::make_unique<NodeTtl>(context);
}

}  // namespace inferlab::sim
