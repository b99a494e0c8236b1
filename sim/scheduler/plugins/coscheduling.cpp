// Coscheduling: Pods of one PodGroup get their nodes together or not at all. Each waits at permit
// until as many as the group needs have a node; when one of them finds none, all give theirs back.
// Not in the default profile: a KubeSchedulerConfiguration enables it in place of PrioritySort.
// Source: kubernetes-sigs/scheduler-plugins, "Coscheduling Plugin".
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "sim/api/quantity.h"
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

constexpr const char* kGroupLabel = "scheduling.x-k8s.io/pod-group";
constexpr const char* kGroups = "podgroups.scheduling.x-k8s.io";

struct PodGroup {
  std::string name;  // "namespace/name"
  std::int64_t min_member = 0;
  std::optional<std::int64_t> timeout_seconds;
  std::string created;
  Value min_resources;
};

std::string group_name(const PodInfo& pod) {
  const auto found = pod.labels().find(kGroupLabel);
  return found == pod.labels().end() ? std::string() : found->second;
}

std::optional<PodGroup> group_of(const PodInfo& pod, const Store& store) {
  const std::string name = group_name(pod);
  if (name.empty()) return std::nullopt;
  const ObjectPtr object = store.get({kGroups, pod.ns, name});
  if (object == nullptr) return std::nullopt;
  const Value& spec = object->document["spec"];
  PodGroup out;
  out.name = pod.ns + "/" + name;
  out.min_member = spec["minMember"].as_int();
  if (spec.has("scheduleTimeoutSeconds"))
    out.timeout_seconds = spec["scheduleTimeoutSeconds"].as_int();
  out.created = object->document["metadata"]["creationTimestamp"].str();
  out.min_resources = spec["minResources"];
  return out;
}

bool same_group(const PodInfo& a, const PodInfo& b) {
  return a.ns == b.ns && group_name(a) == group_name(b);
}

/// The Pods of the group of `pod`, itself among them.
std::vector<ObjectPtr> members(const PodInfo& pod, const Store& store) {
  const std::string name = group_name(pod);
  std::vector<ObjectPtr> out;
  for (const ObjectPtr& other : store.list("pods", pod.ns)) {
    const Labels& labels = other->view<PodView>().meta.labels;
    const auto label = labels.find(kGroupLabel);
    if (label != labels.end() && label->second == name) out.push_back(other);
  }
  return out;
}

/// How many others of the group have a node, or are about to.
std::int64_t assigned_others(const PodInfo& pod, const ClusterView& cluster) {
  std::int64_t out = 0;
  for (const NodeInfo* node : cluster.nodes) {
    for (const auto& [uid, other] : node->pods) {
      if (uid != pod.uid && same_group(*other, pod)) ++out;
    }
  }
  return out;
}

void subtract(std::int64_t& wanted, std::int64_t have) {
  wanted -= std::min(wanted, std::max<std::int64_t>(have, 0));
}

/// What the group needs at least and the nodes do not have between them; as Go prints it. Empty:
/// there is enough.
std::string resource_gap(const PodInfo& pod, const PodGroup& group, const ClusterView& cluster) {
  std::map<std::string, std::int64_t> wanted;
  for (const Value::Member& item : group.min_resources.members()) {
    const auto quantity = Quantity::parse(item.value.as_string());
    if (quantity) wanted[item.key] = item.key == "cpu" ? quantity->milli() : quantity->units();
  }
  wanted["pods"] = group.min_member;
  for (const NodeInfo* node : cluster.nodes) {
    ResourceAmounts used = node->requested;
    auto count = static_cast<std::int64_t>(node->pods.size());
    // What the group itself holds already is not in its way.
    for (const auto& [uid, other] : node->pods) {
      if (!same_group(*other, pod)) continue;
      used.subtract(other->requests);
      --count;
    }
    const ResourceAmounts& all = node->allocatable;
    for (auto& [name, amount] : wanted) {
      subtract(amount, name == "cpu"      ? all.milli_cpu - used.milli_cpu
                       : name == "memory" ? all.memory - used.memory
                       : name == "ephemeral-storage"
                           ? all.ephemeral_storage - used.ephemeral_storage
                       : name == "pods" ? node->allowed_pods - count
                                        : all.scalar(name) - used.scalar(name));
    }
  }
  std::vector<std::string> lacking;
  for (const auto& [name, amount] : wanted) {
    if (amount > 0)
      lacking.push_back(fmt::format("{}:{}{}", name, amount, name == "cpu" ? "m" : ""));
  }
  return lacking.empty() ? std::string() : fmt::format("map[{}]", fmt::join(lacking, " "));
}

class Coscheduling final : public Plugin {
 public:
  explicit Coscheduling(Duration permit_waiting_time) : waiting_time_(permit_waiting_time) {}

  std::string_view name() const override { return "Coscheduling"; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kPodAdd | ClusterEvent::kPodGroup;
  }
  bool may_help(const PodInfo& pod, const ClusterChange& change) const override {
    if (change.object->key.resource == kGroups) {
      return change.object->key.ns == pod.ns && change.object->key.name == group_name(pod);
    }
    const Labels& labels = change.object->view<PodView>().meta.labels;
    const auto label = labels.find(kGroupLabel);
    return change.object->key.ns == pod.ns && label != labels.end() &&
           label->second == group_name(pod);
  }

  // A group stands in the queue where its PodGroup was made, all members together.
  void prepare_sort(const PodInfo& pod, const Store& store, QueuedPod& queued) const override {
    const auto group = group_of(pod, store);
    if (!group) return;
    queued.name = group->name;
    if (const auto created = parse_rfc3339(group->created)) queued.since = *created;
  }
  std::optional<bool> sorts_before(const QueuedPod& a, const QueuedPod& b) const override {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.since != b.since) return a.since < b.since;
    if (a.name != b.name) return a.name < b.name;
    return a.seat < b.seat;
  }

  Status pre_filter(CycleState& /*state*/, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    const auto group = group_of(pod, cluster.store);
    if (!group) return Status::skip();
    const auto there = static_cast<std::int64_t>(members(pod, cluster.store).size());
    if (there < group->min_member) {
      return Status::unresolvable(
          fmt::format("pre-filter pod {} cannot find enough sibling pods, current pods number: {}, "
                      "minMember of group: {}",
                      pod.object->key.name, there, group->min_member));
    }
    if (!group->min_resources.empty()) {
      const std::string gap = resource_gap(pod, *group, cluster);
      if (!gap.empty()) return Status::unresolvable("resource gap: " + gap);
    }
    return Status::success();
  }

  PostFilterResult post_filter(const PodInfo& pod, const ClusterView& cluster,
                               const Refusals& /*refusals*/, Trial& /*trial*/, Rng* /*random*/,
                               WaitingPods* waiting) const override {
    const auto group = group_of(pod, cluster.store);
    if (!group) return {};
    const std::int64_t assigned = assigned_others(pod, cluster);
    // With enough of them in place, or a tenth missing at most, the next member may still do.
    if (assigned >= group->min_member || (group->min_member - assigned) * 10 <= group->min_member) {
      return {};
    }
    if (waiting != nullptr) reject_group(pod, *waiting, "optimistic rejection in PostFilter");
    PostFilterResult out;
    out.message = fmt::format(
        "PodGroup {} gets rejected due to Pod {} is unschedulable even after PostFilter",
        group->name, pod.object->key.name);
    return out;
  }

  Status permit(const PodInfo& pod, const ClusterView& cluster, WaitingPods& waiting,
                Duration& timeout) const override {
    if (group_name(pod).empty()) return Status::success();
    const auto group = group_of(pod, cluster.store);
    if (!group) return Status::unschedulable("PodGroup not found");
    const std::int64_t assigned = assigned_others(pod, cluster);
    if (assigned + 1 >= group->min_member) {
      for (const PodInfoPtr& other : waiting.all()) {
        if (same_group(*other, pod)) waiting.allow(other->uid);
      }
      return Status::success();
    }
    // The first one has its siblings tried at once: who is in back-off would come too late.
    if (assigned == 0) waiting.activate(siblings(pod, cluster.store));
    timeout = group->timeout_seconds ? seconds_capped(*group->timeout_seconds) : waiting_time_;
    return Status::wait();
  }

  void unreserve(const PodInfo& pod, const ClusterView& /*cluster*/,
                 WaitingPods& waiting) const override {
    if (!group_name(pod).empty()) reject_group(pod, waiting, "rejection in Unreserve");
  }

 private:
  static void reject_group(const PodInfo& pod, WaitingPods& waiting, const char* why) {
    for (const PodInfoPtr& other : waiting.all()) {
      if (same_group(*other, pod)) waiting.reject(other->uid, why);
    }
  }

  static std::vector<std::string> siblings(const PodInfo& pod, const Store& store) {
    std::vector<std::string> out;
    for (const ObjectPtr& other : members(pod, store)) {
      const std::string& uid = other->view<PodView>().meta.uid;
      if (uid != pod.uid) out.push_back(uid);
    }
    return out;
  }

  const Duration waiting_time_;
};

}  // namespace

std::unique_ptr<Plugin> make_coscheduling(const SchedulerProfile& profile) {
  return std::make_unique<Coscheduling>(profile.permit_waiting_time);
}

}  // namespace inferlab::sim
