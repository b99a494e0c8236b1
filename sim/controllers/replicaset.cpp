// The ReplicaSet controller: as many Pods as spec.replicas says. The ReplicationController, which
// came before it, has a controller of the same making: nothing but names differs.
//
// Pods are adopted when they match the selector and nobody controls them, released when they match
// no longer; those that have ended stay whose they were. Source: Kubernetes documentation,
// "ReplicaSet"; the events and the order of deletion are those of kube-controller-manager 1.32.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_creation.h"
#include "sim/controllers/pod_ranking.h"
#include "sim/controllers/pod_state.h"
#include "sim/controllers/rate_limiter.h"

namespace inferlab::sim {
namespace {

// What is kept at its number.
struct Sets {
  std::string_view watches[2];  // the sets themselves, and Pods
  std::string_view kind;
  const char* label;
  const char* component;

  [[nodiscard]] std::string_view resource() const { return watches[0]; }
};
constexpr Sets kReplicaSets = {
    {"replicasets.apps", "pods"}, "ReplicaSet", "controller/replicaset", "replicaset-controller"};
constexpr Sets kReplicationControllers = {{"replicationcontrollers", "pods"},
                                          "ReplicationController",
                                          "controller/replication",
                                          "replication-controller"};

// Creations or deletions in one go (burstReplicas of kube-controller-manager); the rest follows
// after.
constexpr std::int64_t kBurst = 500;

// Calls that a go waits for when the client's rate limit holds it up: the real one sleeps for each
// of them; what comes of it a second later is the same.
constexpr int kCallsToWaitFor = 20;

class ReplicaSetController final : public Controller {
 public:
  ReplicaSetController(const ControllerContext& context, const Sets& sets)
      : Controller(context, sets.label, sets.component), sets_(sets) {}

  std::span<const std::string_view> watches() const override { return sets_.watches; }

  void observe(const Change& change) override {
    if (change.object->key.resource == sets_.resource()) {
      queue().add(change.object->key);
      return;
    }
    if (change.previous != nullptr) add_owner(*change.previous);
    const bool owned = add_owner(*change.object);
    // An orphan may be some ReplicaSet's to adopt.
    if (owned || change.type == ChangeType::kDeleted) return;
    if (change.object->view<PodView>().meta.controller() != nullptr) return;
    for (const ObjectPtr& set : store().list(sets_.resource(), change.object->key.ns)) {
      if (set->view<ReplicaSetView>().selector.matches(
              change.object->view<PodView>().meta.labels)) {
        queue().add(set->key);
      }
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr set = store().get(key);
    if (set == nullptr) return {};
    claim(*set);
    const std::vector<ObjectPtr> pods = active_pods(*set);
    Result<void> managed;
    if (!set->view<ReplicaSetView>().meta.deletion_timestamp) managed = manage(*set, pods);
    INFERLAB_TRY_VOID(write_status(key, managed));
    return managed;
  }

 private:
  bool add_owner(const StoredObject& pod) {
    const OwnerReference* owner = pod.view<PodView>().meta.controller();
    if (owner == nullptr || owner->kind != sets_.kind) return false;
    queue().add({std::string(sets_.resource()), pod.key.ns, owner->name});
    return true;
  }

  // Adopts what matches and is free, lets go of what matches no longer.
  void claim(const StoredObject& set) {
    const ReplicaSetView& view = set.view<ReplicaSetView>();
    if (view.meta.deletion_timestamp) return;
    // Noted first, written then: a write changes the index that is being walked through.
    std::vector<std::pair<ObjectKey, Value>> writes;
    for (const ObjectKey& key : index().orphan_pods(set.key.ns)) {
      const ObjectPtr pod = store().get(key);
      if (!is_active(pod->view<PodView>())) continue;
      if (!view.selector.matches(pod->view<PodView>().meta.labels)) continue;
      writes.emplace_back(
          key, pod->document["metadata"]["ownerReferences"].appended(controller_reference(set)));
    }
    for (const ObjectKey& key : index().dependents(view.meta.uid)) {
      if (key.resource != "pods") continue;
      const ObjectPtr pod = store().get(key);
      const PodView& pod_view = pod->view<PodView>();
      if (view.selector.matches(pod_view.meta.labels) || !is_active(pod_view)) continue;
      Value::Array left;
      for (const Value& owner : pod->document["metadata"]["ownerReferences"].items()) {
        if (owner["uid"].as_string() != view.meta.uid) left.push_back(owner);
      }
      writes.emplace_back(key, Value::array(std::move(left)));
    }
    for (const auto& [key, owners] : writes) patch_owners(key, owners);
  }

  void patch_owners(const ObjectKey& key, const Value& owners) {
    // A Pod that vanished meanwhile needs neither adoption nor release.
    static_cast<void>(api().merge_patch(
        key, "", Value::object({{"metadata", Value::object({{"ownerReferences", owners}})}}),
        user()));
  }

  std::vector<ObjectPtr> active_pods(const StoredObject& set) const {
    std::vector<ObjectPtr> out;
    for (const ObjectKey& key : index().dependents(set.view<ReplicaSetView>().meta.uid)) {
      if (key.resource != "pods") continue;
      ObjectPtr pod = store().get(key);
      if (is_active(pod->view<PodView>())) out.push_back(std::move(pod));
    }
    return out;
  }

  Result<void> manage(const StoredObject& set, const std::vector<ObjectPtr>& pods) {
    const std::int64_t difference =
        static_cast<std::int64_t>(pods.size()) - set.view<ReplicaSetView>().replicas;
    if (difference < 0) return create(set, std::min(-difference, kBurst));
    if (difference > 0) return remove(set, pods, std::min(difference, kBurst));
    return {};
  }

  Result<void> create(const StoredObject& set, std::int64_t count) {
    const Value& pod_template = set.document["spec"]["template"];
    Value metadata =
        Value::object({{"generateName", set.key.name + "-"},
                       {"namespace", set.key.ns},
                       {"ownerReferences", Value::array({controller_reference(set)})}});
    for (const char* field : {"labels", "annotations", "finalizers"}) {
      const Value& from = pod_template["metadata"][field];
      if (!from.empty()) metadata = metadata.with(field, from);
    }
    const Value pod = Value::object({{"apiVersion", "v1"},
                                     {"kind", "Pod"},
                                     {"metadata", metadata},
                                     {"spec", pod_template["spec"]}});
    SlowStart batches;
    Result<void> out;
    for (std::int64_t i = 0; i < count; ++i) {
      if (!client_.take(now())) return come_back(set, count - i);
      const ApiResponse response = api().create("pods", set.key.ns, pod, user());
      if (response.ok()) {
        events().normal(set, "SuccessfulCreate",
                        fmt::format("Created pod: {}", response.object->key.name));
      } else if (!is_refused_by_ending_namespace(response)) {
        events().warning(set, "FailedCreate",
                         fmt::format("Error creating: {}", response.message()));
        if (out) out = check(response, set.key.name);
      }
      if (!batches.go_on_after(!out)) return out;
    }
    if (!out) return out;
    if (count == kBurst) queue().add(set.key);
    return {};
  }

  Result<void> remove(const StoredObject& set, const std::vector<ObjectPtr>& pods,
                      std::int64_t count) {
    std::vector<ObjectPtr> ranked = pods;
    rank_for_deletion(ranked, related_pods_by_node(set), now());
    Result<void> out;
    for (std::int64_t i = 0; i < count; ++i) {
      if (!client_.take(now())) return come_back(set, count - i);
      const StoredObject& pod = *ranked[static_cast<std::size_t>(i)];
      const std::string uid = pod.view<PodView>().meta.uid;
      const ApiResponse response = api().remove(pod.key, user(), std::nullopt, uid);
      if (response.ok()) {
        events().normal(set, "SuccessfulDelete", fmt::format("Deleted pod: {}", pod.key.name));
      } else if (response.code != 404) {
        events().warning(set, "FailedDelete",
                         fmt::format("Error deleting: {}", response.message()));
        if (out) out = check(response, pod.key.name + ": unable to delete pods");
      }
    }
    if (!out) return out;
    if (count == kBurst) queue().add(set.key);
    return {};
  }

  // The client's rate limit is reached with `left` calls to make.
  Result<void> come_back(const StoredObject& set, std::int64_t left) {
    const auto wanted = static_cast<int>(std::min<std::int64_t>(left, kCallsToWaitFor));
    queue().add_after(set.key, client_.wait_for(now(), wanted));
    return {};
  }

  // How many active Pods of all ReplicaSets of the same owner each node has: where there are more,
  // one is taken away first. Of a ReplicaSet that nobody owns the nodes do not count.
  std::map<std::string, std::int64_t> related_pods_by_node(const StoredObject& set) const {
    std::map<std::string, std::int64_t> out;
    const auto count = [&](const StoredObject& of) {
      for (const ObjectPtr& pod : active_pods(of)) {
        const std::string& node = pod->view<PodView>().node_name;
        if (!node.empty()) ++out[node];
      }
    };
    const OwnerReference* owner = set.view<ReplicaSetView>().meta.controller();
    if (owner == nullptr) return out;
    for (const ObjectKey& key : index().dependents(owner->uid)) {
      if (key.resource == sets_.resource()) count(*store().get(key));
    }
    return out;
  }

  Result<void> write_status(const ObjectKey& key, const Result<void>& managed) {
    const ObjectPtr set = store().get(key);
    if (set == nullptr) return {};
    const ReplicaSetView& view = set->view<ReplicaSetView>();
    const Duration min_ready = seconds_capped(view.min_ready_seconds);
    const Labels template_labels = labels_from(view.pod_template["metadata"]["labels"]);
    std::int64_t replicas = 0;
    std::int64_t labeled = 0;
    std::int64_t ready = 0;
    std::int64_t available = 0;
    for (const ObjectPtr& pod : active_pods(*set)) {
      const PodView& pod_view = pod->view<PodView>();
      ++replicas;
      const bool all_labels = std::all_of(
          template_labels.begin(), template_labels.end(), [&pod_view](const auto& label) {
            const auto found = pod_view.meta.labels.find(label.first);
            return found != pod_view.meta.labels.end() && found->second == label.second;
          });
      if (all_labels) ++labeled;
      if (!pod_view.ready) continue;
      ++ready;
      if (is_available(*pod, min_ready, now())) ++available;
    }
    if (ready > available) queue().add_after(key, min_ready);

    Value status =
        Value::object({{"replicas", replicas}, {"observedGeneration", view.meta.generation}});
    if (labeled > 0) status = status.with("fullyLabeledReplicas", labeled);
    if (ready > 0) status = status.with("readyReplicas", ready);
    if (available > 0) status = status.with("availableReplicas", available);
    const Value conditions = failure_conditions(*set, managed);
    if (!conditions.empty()) status = status.with("conditions", conditions);
    if (status == set->document["status"]) return {};
    return check(
        api().update_status(sets_.resource(), set->document.with("status", status), user()),
        key.name);
  }

  Value failure_conditions(const StoredObject& set, const Result<void>& managed) const {
    if (managed) return {};
    // What went wrong first stands until all goes well, though it is other Pods by now.
    const Value& old = condition_of(set.document, "ReplicaFailure");
    if (!old.is_null()) return Value::array({old});
    const std::string& error = managed.error().message;
    // Without "NAME: " in front, which is ours.
    const std::string message = error.substr(std::min(error.size(), error.find(": ") + 2));
    const std::int64_t wanted = set.view<ReplicaSetView>().replicas;
    const bool creating = static_cast<std::int64_t>(active_pods(set).size()) < wanted;
    return Value::array({Value::object({{"type", "ReplicaFailure"},
                                        {"status", "True"},
                                        {"reason", creating ? "FailedCreate" : "FailedDelete"},
                                        {"message", message},
                                        {"lastTransitionTime", format_rfc3339(now())}})});
  }

  const Sets& sets_;
  RateLimiter client_;
};

}  // namespace

std::unique_ptr<Controller> make_replicaset_controller(const ControllerContext& context) {
  return std::make_unique<ReplicaSetController>(context, kReplicaSets);
}

std::unique_ptr<Controller> make_replication_controller(const ControllerContext& context) {
  return std::make_unique<ReplicaSetController>(context, kReplicationControllers);
}

}  // namespace inferlab::sim
