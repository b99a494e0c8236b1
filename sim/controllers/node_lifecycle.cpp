// The node lifecycle controller: notices silent kubelets, taints sick nodes, and lifts the taints
// when they have recovered. What the NoExecute taints do to Pods is taint_eviction.cpp's.
//
// A kubelet is heard through its Lease in kube-node-lease and through the heartbeat of condition
// Ready; what counts is when a new one was seen, by this controller's clock. One difference: a
// heartbeat stamped in the future counts until then, so that nodes made by hand, without a kubelet,
// can be kept healthy.
// Source: Kubernetes documentation, "Nodes"; kube-controller-manager 1.32.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/node_health.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"nodes", "leases.coordination.k8s.io"};

class NodeLifecycleController final : public Controller {
 public:
  explicit NodeLifecycleController(const ControllerContext& context)
      : Controller(context, "controller/node-lifecycle", "node-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void start() override { schedule_monitor(); }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource != "nodes") {
      const auto known = heard_.find(key.name);
      if (known != heard_.end() && key.ns == "kube-node-lease") known->second = now();
      return;
    }
    if (change.type != ChangeType::kModified) touched_.insert(key.name);
    if (change.type == ChangeType::kDeleted) {
      heard_.erase(key.name);
      heard_of_line_.clear();
      troubled_.erase(key.name);
    } else {
      note_trouble(*change.object);
      const bool is_new = !heard_.contains(key.name);
      const bool heartbeat =
          change.previous == nullptr ||
          !(condition_of(change.previous->document, "Ready")["lastHeartbeatTime"] ==
            condition_of(change.object->document, "Ready")["lastHeartbeatTime"]);
      if (is_new || heartbeat) heard_[key.name] = now();
    }
    queue().add(key);
  }

  void observe_renewal(const Renewal& renewal) override {
    if (heard_of_line_.size() <= renewal.line) heard_of_line_.resize(renewal.line + 1, nullptr);
    Time*& heard = heard_of_line_[renewal.line];
    if (heard == nullptr) {
      const bool is_lease = renewal.key.resource != "nodes";
      if (is_lease && renewal.key.ns != "kube-node-lease") return;
      const auto known = heard_.find(renewal.key.name);
      if (known == heard_.end()) return;
      heard = &known->second;
    }
    *heard = renewal.written;
  }

  // The taints that follow from conditions at once; eviction waits for the monitor.
  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr node = store().get(key);
    if (node == nullptr) return {};
    return write_taints(*node, with_condition_taints(*node, now()));
  }

 private:
  struct Zone {
    std::size_t nodes = 0, down = 0;
  };

  void schedule_monitor() {
    simulation().after(config().node_monitor_period, "controller/node-monitor", [this] {
      monitor();
      schedule_monitor();
    });
  }

  void monitor() {
    note_who_is_there();
    before_.clear();
    // Nobody is silent who was heard within the shorter of the two times of grace.
    const Time since = now() - std::min(kStartupGrace, config().node_monitor_grace_period);
    std::vector<std::string> suspects;
    if (oldest_heard_ < since) {  // what is heard only gets later: before that nobody can be silent
      oldest_heard_ = now();
      for (const auto& [name, heard] : heard_) {
        oldest_heard_ = std::min(oldest_heard_, heard);
        if (heard < since) suspects.push_back(name);
      }
    }
    for (const std::string& name : suspects) {
      if (const ObjectPtr node = store().get({"nodes", "", name})) check_silence(*node);
    }
    // The evictions come from a queue of their own, which is looked at every 100 ms; by then the
    // NoSchedule taints are there.
    simulation().after(100ms, "controller/node-eviction", [this] { evict_from_sick_nodes(); });
  }

  // Known by name, and looked at here alone: a Node that was made anew since is no news.
  void note_who_is_there() {
    const std::set<std::string> touched = std::exchange(touched_, {});
    for (const std::string& name : touched) {
      const ObjectPtr node = store().get({"nodes", "", name});
      if (node == nullptr || !registered_.emplace(name, node).second) continue;
      events().normal(*node, "RegisteredNode",
                      fmt::format("Node {0} event: Registered Node {0} in Controller", name));
    }
    for (const std::string& name : touched) {
      const auto known = registered_.find(name);
      if (known == registered_.end() || store().get({"nodes", "", name}) != nullptr) continue;
      events().normal(*known->second, "RemovingNode",
                      fmt::format("Node {0} event: Removing Node {0} from Controller", name));
      registered_.erase(known);
    }
  }

  // What the eviction has to look at: nodes that are not Ready, and those with its taints.
  void note_trouble(const StoredObject& node) {
    const std::vector<Taint>& taints = node.view<NodeView>().taints;
    const bool tainted = std::any_of(taints.begin(), taints.end(), [](const Taint& taint) {
      return taint.key == kNotReadyTaint || taint.key == kUnreachableTaint;
    });
    if (tainted || health_of(node) != NodeHealth::kReady) {
      troubled_.insert(node.key.name);
    } else {
      troubled_.erase(node.key.name);
    }
  }

  void evict_from_sick_nodes() {
    if (troubled_.empty()) return;
    std::map<std::string, Zone> zones;
    const std::vector<ObjectPtr> nodes = store().list("nodes");
    for (const ObjectPtr& node : nodes) {
      Zone& zone = zones[zone_of(*node)];
      ++zone.nodes;
      if (health_of(*node) != NodeHealth::kReady) ++zone.down;
    }
    // When every node looks dead it is more likely the control plane that is cut off: nothing is
    // evicted, and what was about to be is kept.
    const bool all_down = std::all_of(zones.begin(), zones.end(), [](const auto& entry) {
      return entry.second.down == entry.second.nodes;
    });
    for (const ObjectPtr& node : nodes) {
      const NodeHealth health = health_of(*node);
      const auto before = before_.find(node->key.name);
      const NodeHealth seen = before == before_.end() ? health : before->second;
      if (health == NodeHealth::kReady || seen == NodeHealth::kReady || all_down) {
        static_cast<void>(write_taints(*node, with_eviction_taint(*node, {}, now())));
        continue;
      }
      // Nobody has said yet how it is: neither its kubelet nor, after a while, this controller.
      if (condition_of(node->document, "Ready").is_null()) continue;
      const std::string zone_name = zone_of(*node);
      evict(*node, has_eviction_taint(*node) ? seen : health, zone_name, zones[zone_name]);
    }
  }

  void evict(const StoredObject& node, NodeHealth health, const std::string& zone_name,
             const Zone& zone) {
    const std::string_view key =
        health == NodeHealth::kNotReady ? kNotReadyTaint : kUnreachableTaint;
    if (!has_eviction_taint(node)) {
      const std::optional<Duration> interval = eviction_interval(zone.nodes, zone.down);
      Time& next = next_eviction_[zone_name];
      if (!interval || now() < next) return;
      next = now() + *interval;
    }
    // A lost write is made up for by the next round.
    static_cast<void>(write_taints(node, with_eviction_taint(node, key, now())));
  }

  void check_silence(const StoredObject& node) {
    const Value& ready = condition_of(node.document, "Ready");
    if (ready["status"].as_string() == "Unknown") return;
    const auto heard = heard_.find(node.key.name);
    Time last = heard == heard_.end() ? node.view<NodeView>().meta.created : heard->second;
    if (const auto stamp = parse_rfc3339(ready["lastHeartbeatTime"].as_string())) {
      last = std::max(last, *stamp);
    }
    const Duration grace = ready.is_null() ? kStartupGrace : config().node_monitor_grace_period;
    if (now() <= last + grace) return;
    const bool was_ready = ready["status"].as_string() == "True";
    const Value conditions = silent_conditions(node, now());
    const ApiResponse response = api().merge_patch(
        node.key, "status",
        Value::object({{"status", Value::object({{"conditions", conditions}})}}), user());
    if (!response.ok()) return;
    if (!ready.is_null()) before_[node.key.name] = health_of(node);
    if (!was_ready) return;
    events().normal(node, "NodeNotReady",
                    fmt::format("Node {} status is now: NodeNotReady", node.key.name));
    mark_pods_not_ready(node.key.name);
  }

  // Nobody else would: the kubelet that should is the one that is silent.
  void mark_pods_not_ready(const std::string& node) {
    const ObjectIndex::Keys keys = index().pods_on(node);
    for (const ObjectKey& key : keys) {
      const ObjectPtr pod = store().get(key);
      const Value& old = condition_of(pod->document, "Ready");
      if (old["status"].as_string() != "True") continue;
      const Value condition =
          old.with("status", "False").with("lastTransitionTime", format_rfc3339(now()));
      const Value conditions = set_condition(pod->document["status"]["conditions"], condition);
      static_cast<void>(api().merge_patch(
          key, "status", Value::object({{"status", Value::object({{"conditions", conditions}})}}),
          user()));
      events().warning(*pod, "NodeNotReady", "Node is not ready");
    }
  }

  Result<void> write_taints(const StoredObject& node, const Value& taints) {
    const Value& present = node.document["spec"]["taints"];
    if (present == taints || (present.empty() && taints.empty())) return {};
    const Value value = taints.empty() ? Value() : taints;
    return check(
        api().merge_patch(node.key, "",
                          Value::object({{"spec", Value::object({{"taints", value}})}}), user()),
        node.key.name);
  }

  static constexpr Duration kStartupGrace = 60s;  // --node-startup-grace-period

  std::map<std::string, Time> heard_;  // by node
  Time oldest_heard_{};                // of heard_, when it was looked through last
  std::vector<Time*> heard_of_line_;   // by Renewal::line; nullptr: not looked up yet
  // What the last look found before it wrote Unknown: the evictions go by that until the next one.
  std::map<std::string, NodeHealth> before_;     // by node
  std::set<std::string> troubled_;               // nodes
  std::map<std::string, ObjectPtr> registered_;  // by name, as they were then
  std::set<std::string> touched_;                // names that came or went since the last look
  std::map<std::string, Time> next_eviction_;    // by zone
};

}  // namespace

std::unique_ptr<Controller> make_node_lifecycle_controller(const ControllerContext& context) {
  return std::make_unique<NodeLifecycleController>(context);
}

}  // namespace inferlab::sim
