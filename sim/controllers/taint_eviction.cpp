// The taint eviction controller: deletes Pods from nodes with a NoExecute taint, at once without a
// toleration, else after its tolerationSeconds. Pods that have ended go as well.
// Source: Kubernetes documentation, "Taints and Tolerations", "Taint based Evictions".
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"nodes", "pods"};

std::vector<Taint> no_execute_of(const NodeView& node) {
  std::vector<Taint> out;
  for (const Taint& taint : node.taints) {
    if (taint.effect == TaintEffect::kNoExecute) out.push_back(taint);
  }
  return out;
}

bool are_same(const std::vector<Taint>& a, const std::vector<Taint>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Taint& x, const Taint& y) {
    return x.key == y.key && x.value == y.value && x.effect == y.effect;
  });
}

// How long the Pod may stay: nullopt for ever, zero not at all.
std::optional<Duration> stay(const PodView& pod, const NodeView& node) {
  std::optional<std::int64_t> shortest;
  for (const Taint& taint : node.taints) {
    if (taint.effect != TaintEffect::kNoExecute) continue;
    const auto toleration =
        std::find_if(pod.tolerations.begin(), pod.tolerations.end(),
                     [&taint](const Toleration& one) { return one.tolerates(taint); });
    if (toleration == pod.tolerations.end()) return Duration::zero();
    if (!toleration->toleration_seconds) continue;
    const std::int64_t seconds = std::max<std::int64_t>(0, *toleration->toleration_seconds);
    shortest = std::min(shortest.value_or(seconds), seconds);
  }
  if (!shortest) return std::nullopt;
  // Longer than any run is for ever; it must not overflow.
  constexpr std::int64_t kForEver = std::int64_t{100} * 365 * 24 * 3600;
  if (*shortest > kForEver) return std::nullopt;
  return seconds_capped(*shortest);
}

class TaintEvictionController final : public Controller {
 public:
  explicit TaintEvictionController(const ControllerContext& context)
      : Controller(context, "controller/taint-eviction", "taint-eviction-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const StoredObject& object = *change.object;
    if (object.key.resource == "nodes") {
      const std::vector<Taint> before = change.previous == nullptr
                                            ? std::vector<Taint>()
                                            : no_execute_of(change.previous->view<NodeView>());
      if (!are_same(before, no_execute_of(object.view<NodeView>()))) queue().add(object.key);
      return;
    }
    // From the document: a view of each version of every Pod would be kept for the whole run.
    if (change.type == ChangeType::kDeleted) {
      due_.erase(object.document["metadata"]["uid"].str());
      return;
    }
    const Value& node_name = object.document["spec"]["nodeName"];
    if (node_name.empty()) return;
    // A status that changed says nothing new; a Pod that arrived or tolerates more does.
    if (change.previous != nullptr &&
        change.previous->document["spec"] == object.document["spec"]) {
      return;
    }
    const ObjectPtr node = store().get({"nodes", "", node_name.str()});
    if (node != nullptr && !no_execute_of(node->view<NodeView>()).empty()) {
      queue().add(object.key);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    if (key.resource == "pods") return judge(key);
    const ObjectIndex::Keys pods = index().pods_on(key.name);
    for (const ObjectKey& pod : pods) INFERLAB_TRY_VOID(judge(pod));
    return {};
  }

 private:
  Result<void> judge(const ObjectKey& key) {
    const ObjectPtr pod = store().get(key);
    if (pod == nullptr) return {};
    const PodView& view = pod->view<PodView>();
    const ObjectPtr node = store().get({"nodes", "", view.node_name});
    if (node == nullptr) return {};
    const std::optional<Duration> may_stay = stay(view, node->view<NodeView>());
    if (!may_stay || *may_stay == Duration::zero()) {
      if (due_.erase(view.meta.uid) > 0) {
        events().normal(*pod, "TaintManagerEviction",
                        fmt::format("Cancelling deletion of Pod {}/{}", key.ns, key.name));
      }
      return may_stay ? remove(*pod) : Result<void>();
    }
    // What was planned stays planned, though taints that came since allow for less time.
    const Time due = due_.emplace(view.meta.uid, now() + *may_stay).first->second;
    if (due > now()) {
      queue().add_after(key, due - now());
      return {};
    }
    due_.erase(view.meta.uid);
    return remove(*pod);
  }

  Result<void> remove(const StoredObject& pod) {
    events().normal(pod, "TaintManagerEviction",
                    fmt::format("Marking for deletion Pod {}/{}", pod.key.ns, pod.key.name));
    const Value condition =
        Value::object({{"type", "DisruptionTarget"},
                       {"status", "True"},
                       {"reason", "DeletionByTaintManager"},
                       {"message", "Taint manager: deleting due to NoExecute taint"},
                       {"lastTransitionTime", format_rfc3339(now())}});
    const Value conditions = set_condition(pod.document["status"]["conditions"], condition);
    static_cast<void>(api().merge_patch(
        pod.key, "status", Value::object({{"status", Value::object({{"conditions", conditions}})}}),
        user()));
    const std::string uid = pod.view<PodView>().meta.uid;
    const ApiResponse response = api().remove(pod.key, user(), std::nullopt, uid);
    return response.code == 404 ? Result<void>() : check(response, pod.key.name);
  }

  std::map<std::string, Time> due_;  // by uid of the Pod: when it is to go
};

}  // namespace

std::unique_ptr<Controller> make_taint_eviction_controller(const ControllerContext& context) {
  return std::make_unique<TaintEvictionController>(context);
}

}  // namespace inferlab::sim
