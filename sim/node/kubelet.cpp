#include "sim/node/kubelet.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/node/cpu_sharing.h"
#include "sim/node/heartbeat.h"
#include "sim/node/image_gc.h"
#include "sim/node/memory_guard.h"
#include "sim/node/node_events.h"
#include "sim/node/node_object.h"
#include "sim/node/node_usage.h"

namespace inferlab::sim {
namespace {

// Source: Kubernetes documentation, "Nodes" (heartbeats) and "Leases".
constexpr Duration kLeaseInterval = 10s;
constexpr std::int64_t kLeaseSeconds = 40;
constexpr Duration kStatusInterval = 5min;
/// Source: kubelet 1.32, ImageGCPeriod.
constexpr Duration kImageInterval = 5min;

constexpr std::string_view kLeases = "leases.coordination.k8s.io";
constexpr std::string_view kLeaseNamespace = "kube-node-lease";

}  // namespace

Kubelet::Kubelet(NodeRuntime runtime)
    : node_(std::move(runtime)), eviction_(*this), timers_(node_.api.simulation()) {
  node_.request_sync = [this](const std::string& ns, const std::string& name) {
    pod_changed(ns, name);
  };
  node_.report_volumes = [this] { report_volumes(); };
  node_.check_memory = [this] { check_memory(); };
  node_.settle_cpus = [this] { inferlab::sim::settle_cpus(*this); };
  node_.share_cpus = [this] { inferlab::sim::share_cpus(*this); };
  node_.model_storage.set_free_memory([this] { return free_memory(); });
}

void Kubelet::start() {
  up_ = true;
  node_.kubelet_started = timers_.now();
  const std::string user = "system:node:" + node_.name;
  node_.api.create("nodes", "", build_node(node_, timers_.now()), user);
  report_status();
  const ObjectPtr object = node_.api.store().get({"nodes", "", node_.name});
  if (object != nullptr) {
    note_start(*object);
    record_conditions(node_.recorder, *object, Value(), object->document["status"]["conditions"]);
  }
  beat();
}

void Kubelet::note_start(const StoredObject& node) {
  node_.recorder.normal(node, "Starting", "Starting kubelet.");
  node_.recorder.normal(node, "NodeAllocatableEnforced",
                        "Updated Node Allocatable limit across pods");
}

// The eviction manager's interval is the lease's by default: 10 s.
void Kubelet::beat() {
  write_lease();
  eviction_.synchronize();
  if (timers_.now() - images_collected_ >= kImageInterval) {
    images_collected_ = timers_.now();
    collect_images(*this);
  }
  if (node_.gpus.plugin().expire(timers_.now())) node_.status_changed = true;
  const bool has_new_images = node_.images.changes() != images_reported_;
  const bool is_due = timers_.now() - status_reported_ >= kStatusInterval;
  if (has_new_images || node_.status_changed || node_written_ || is_due) report_status();
  timers_.after(kLeaseInterval, "kubelet/heartbeat", [this] { beat(); });
}

void Kubelet::write_lease() {
  Store& store = node_.api.store();
  if (store.renew(lease_, timers_.now())) return;
  const ObjectKey key{std::string(kLeases), std::string(kLeaseNamespace), node_.name};
  if (store.get(key) == nullptr) {
    store.put(key, new_lease(), timers_.now());
    lease_ = store.line(key, renewed_lease);
  } else {
    lease_ = store.line(key, renewed_lease);
    store.renew(lease_, timers_.now());
  }
}

Value Kubelet::new_lease() const {
  Value metadata = Value::object({{"creationTimestamp", format_rfc3339(timers_.now())},
                                  {"name", node_.name},
                                  {"namespace", kLeaseNamespace},
                                  {"uid", node_.api.new_uid()}});
  if (const ObjectPtr object = node_.api.store().get({"nodes", "", node_.name})) {
    metadata = metadata.with(
        "ownerReferences",
        Value::array({Value::object({{"apiVersion", "v1"},
                                     {"kind", "Node"},
                                     {"name", node_.name},
                                     {"uid", object->document["metadata"]["uid"]}})}));
  }
  return Value::object(
      {{"apiVersion", "coordination.k8s.io/v1"},
       {"kind", "Lease"},
       {"metadata", metadata},
       {"spec", Value::object({{"holderIdentity", node_.name},
                               {"leaseDurationSeconds", kLeaseSeconds},
                               {"renewTime", format_rfc3339_micro(timers_.now())}})}});
}

// Nobody has written the Node since our last report, and the report would say the same again.
bool Kubelet::has_news() const {
  return reported_ == nullptr || node_.status_changed || node_.pressure != pressure_reported_ ||
         node_.images.changes() != images_reported_ ||
         node_.api.store().renewed_version(status_) != reported_ ||
         !(reported_->document["status"]["volumesInUse"] == volumes_in_use(node_));
}

void Kubelet::report_status() {
  Store& store = node_.api.store();
  if (!has_news() && store.renew(status_, timers_.now())) {
    status_reported_ = timers_.now();
    return;
  }
  const ObjectKey key{"nodes", "", node_.name};
  const ObjectPtr object = store.get(key);
  if (object == nullptr) return;  // deleted: a real kubelet registers again only when restarted
  note_schedulable(*object);
  const Value& before = object->document["status"];
  const Value status = build_node_status(node_, before, timers_.now());
  const Value renewed = renewed_node(object->document, timers_.now())["status"];
  node_written_ = false;
  node_.status_changed = false;
  images_reported_ = node_.images.changes();
  pressure_reported_ = node_.pressure;
  if (status == renewed && timers_.now() - status_reported_ < kStatusInterval) return;
  node_.writing = true;
  node_.api.update_status("nodes", object->document.with("status", status),
                          "system:node:" + node_.name);
  node_.writing = false;
  record_conditions(node_.recorder, *object, before["conditions"], status["conditions"]);
  status_reported_ = timers_.now();
  // When this report was a renewal of the version before, the next one is a renewal of this. But
  // taints are the controllers' to look at again with each report, and managedFields hold a time.
  const ObjectPtr written = store.get(key);
  const Value& document = written->document;
  const bool renewable = document["spec"]["taints"].empty() &&
                         !document["metadata"].has("managedFields") &&
                         document["status"] == renewed;
  reported_ = renewable ? written : nullptr;
  if (renewable) status_ = store.line(key, renewed_node);
}

void Kubelet::note_schedulable(const StoredObject& node) {
  const bool is_now = node.document["spec"]["unschedulable"].as_bool();
  if (is_now == unschedulable_) return;
  unschedulable_ = is_now;
  record_node_status(node_.recorder, node, is_now ? "NodeNotSchedulable" : "NodeSchedulable");
}

void Kubelet::report_volumes() {
  const ObjectPtr object = node_.api.store().get({"nodes", "", node_.name});
  if (object == nullptr || !up_) return;
  const Value list = volumes_in_use(node_);
  node_.writing = true;
  node_.api.merge_patch(object->key, "status",
                        Value::object({{"status", Value::object({{"volumesInUse", list}})}}),
                        "system:node:" + node_.name);
  node_.writing = false;
}

void Kubelet::down() {
  if (!up_) return;
  up_ = false;
  timers_.drop();
  sync_scheduled_ = false;
  memory_check_scheduled_ = false;
  eviction_.reset();
  unschedulable_ = false;
  status_reported_ = timers_.now() - kStatusInterval;  // so that the next one is due
  node_.images.abandon();
  for (const auto& [name, worker] : pods_) worker->lose();
  node_.model_storage.power_off();
  for (GpuCard& card : node_.gpus.cards()) node_.gpus.heal(card);  // by the time it is up again
  node_.gpus.plugin().kubelet_starts();
}

void Kubelet::up() {
  if (up_) return;
  up_ = true;
  node_.kubelet_started = timers_.now();
  const ObjectPtr object = node_.api.store().get({"nodes", "", node_.name});
  if (object == nullptr) {
    start();
  } else {
    note_start(*object);
    report_status();
    node_.recorder.warning(*object, "Rebooted",
                           fmt::format("Node {} has been rebooted", node_.name));
    beat();
  }
  for (const auto& [name, worker] : pods_) {
    worker->resume();
    pod_changed(name.first, name.second);
  }
  for (const ObjectPtr& pod : node_.api.store().list("pods")) {
    if (pod->view<PodView>().node_name == node_.name) pod_changed(pod->key.ns, pod->key.name);
  }
}

void Kubelet::restart() {
  if (!up_) return;
  node_.kubelet_started = timers_.now();
  node_.gpus.plugin().kubelet_starts();
  node_.status_changed = true;
  if (const ObjectPtr object = node_.api.store().get({"nodes", "", node_.name})) {
    note_start(*object);
  }
  report_status();
  for (const auto& [name, worker] : pods_) {
    worker->for_each_container([](Container& container) {
      if (container.workload != nullptr) container.workload->kubelet_restarted();
    });
  }
}

void Kubelet::check_memory() {
  if (!up_ || memory_check_scheduled_) return;
  memory_check_scheduled_ = true;
  timers_.after(0s, "kernel/memory", [this] {
    memory_check_scheduled_ = false;
    enforce_memory(*this);
  });
}

std::int64_t Kubelet::free_memory() {
  std::int64_t left = node_.pool.memory_bytes - kSystemMemoryBytes - node_.other_memory_bytes;
  for (const auto& [name, worker] : pods_) left -= usage_of(*worker).memory_bytes;
  return std::max<std::int64_t>(0, left);
}

void Kubelet::take_memory(std::int64_t bytes) {
  node_.other_memory_bytes = bytes;
  check_memory();
}

void Kubelet::take_disk(std::int64_t bytes) {
  node_.other_disk_bytes = bytes;
}

void Kubelet::pod_changed(const std::string& ns, const std::string& name) {
  if (!up_) return;
  pending_.insert({ns, name});
  if (sync_scheduled_) return;
  sync_scheduled_ = true;
  timers_.after(0s, "kubelet/sync", [this] { sync_pending(); });
}

void Kubelet::sync_pending() {
  sync_scheduled_ = false;
  for (const PodName& pod : std::exchange(pending_, {})) sync_pod(pod);
}

void Kubelet::sync_pod(const PodName& pod) {
  const ObjectPtr object = node_.api.store().get({"pods", pod.first, pod.second});
  const bool is_here = object != nullptr && object->view<PodView>().node_name == node_.name;
  auto found = pods_.find(pod);
  if (found == pods_.end()) {
    // What has ended already was run by somebody before us, or never.
    if (!is_here || object->view<PodView>().terminal()) {
      const bool is_leftover = is_here && object->view<PodView>().meta.deletion_timestamp;
      if (is_leftover) {
        node_.api.remove(object->key, "system:node:" + node_.name, 0,
                         object->view<PodView>().meta.uid);
      }
      return;
    }
    found = pods_.emplace(pod, std::make_unique<PodWorker>(node_, object)).first;
  }
  PodWorker& worker = *found->second;
  worker.sync(is_here ? object : nullptr, used_by_others(worker));
  if (!worker.finished()) return;
  pods_.erase(found);
  // A new pod of the same name may have come already.
  if (is_here) pod_changed(pod.first, pod.second);
}

Resources Kubelet::used_by_others(const PodWorker& worker) const {
  Resources used;
  for (const auto& [name, other] : pods_) {
    if (other.get() == &worker) continue;
    for (const auto& [resource, quantity] : other->requests()) used[resource] += quantity;
  }
  return used;
}

PodWorker* Kubelet::find(std::string_view ns, std::string_view name) {
  const auto found = pods_.find({std::string(ns), std::string(name)});
  return found == pods_.end() ? nullptr : found->second.get();
}

}  // namespace inferlab::sim
