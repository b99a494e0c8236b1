#include "labs/checks/variant.h"

#include <algorithm>

namespace inferlab::labs {
namespace {

// An answer may ask for any number of replicas: what a graded run costs must end somewhere, far
// above what a lab's hour makes. Each node has its Lease and what the kubelet tells of it. A live
// session keeps the cluster's own limit.
constexpr std::size_t kObjectsOfAnswer = 1'000;
constexpr std::size_t kObjectsOfNode = 10;

std::size_t max_objects(const sim::ClusterSpec& cluster) {
  std::size_t nodes = 0;
  for (const sim::NodePoolSpec& pool : cluster.pools) nodes += static_cast<std::size_t>(pool.count);
  return kObjectsOfAnswer + kObjectsOfNode * nodes;
}

// Every moving tag leaves the image that carries it for the one that carries `moves_to`.
void move_tags(sim::ClusterSpec& cluster, const std::vector<MovingTag>& moving_tags) {
  for (const MovingTag& moving : moving_tags) {
    for (sim::ImageSpec& image : cluster.images) {
      if (image.repository != moving.repository) continue;
      const auto carries = [&](const std::string& tag) {
        return std::find(image.tags.begin(), image.tags.end(), tag) != image.tags.end();
      };
      const bool target = carries(moving.moves_to);
      std::erase(image.tags, moving.tag);
      if (target) image.tags.push_back(moving.tag);
    }
  }
}

// What `kubectl rollout restart` sends: a Pod template that differs by an annotation.
sim::JournalEntry restart_entry(const std::string& deployment, Duration at) {
  const std::size_t slash = deployment.find('/');
  sim::JournalEntry entry;
  entry.at = Time{at};
  entry.request.verb = sim::Verb::kPatch;
  entry.request.patch_type = sim::PatchType::kStrategic;
  entry.request.resource = "deployments.apps";
  entry.request.ns = deployment.substr(0, slash);
  entry.request.name = deployment.substr(slash + 1);
  entry.request.field_manager = "kubectl-rollout";
  entry.request.body = sim::Value::object().with_path(
      {"spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"},
      format_rfc3339(entry.at));
  return entry;
}

}  // namespace

Duration horizon_of(const LabSpec& lab, const VariantSpec& variant) {
  return variant.horizon == Duration{} ? lab.horizon : variant.horizon;
}

sim::ClusterSpec cluster_of(const LabSpec& lab, const VariantSpec& variant) {
  sim::ClusterSpec cluster = lab.cluster;
  cluster.max_objects = max_objects(cluster);
  cluster.model_load_slowdown *= variant.model_load_slowdown;
  cluster.image_pull_slowdown *= variant.image_pull_slowdown;
  for (sim::TrafficSpec& traffic : cluster.traffic) {
    if (!variant.traffic.empty() && traffic.name != variant.traffic) continue;
    traffic.requests_per_second *= variant.traffic_factor;
  }
  if (variant.tags_moved) move_tags(cluster, lab.moving_tags);
  const auto like = std::find_if(
      lab.cluster.pools.begin(), lab.cluster.pools.end(),
      [&](const sim::NodePoolSpec& pool) { return pool.name == variant.tainted_like; });
  for (sim::NodePoolSpec& pool : cluster.pools) {
    if (like != lab.cluster.pools.end() && pool.name == variant.tainted_pool) {
      pool.taints = like->taints;
    }
    if (variant.no_taints) pool.taints.clear();
    if (pool.name == variant.larger_pool) ++pool.count;
  }
  std::erase_if(cluster.pools,
                [&](const sim::NodePoolSpec& pool) { return pool.name == variant.without_pool; });
  return cluster;
}

VariantSpec merged(const VariantSpec& outer, const VariantSpec& inner) {
  VariantSpec out = inner;
  out.model_load_slowdown *= outer.model_load_slowdown;
  out.image_pull_slowdown *= outer.image_pull_slowdown;
  out.traffic_factor *= outer.traffic_factor;
  if (out.traffic.empty()) out.traffic = outer.traffic;
  if (out.without_pool.empty()) out.without_pool = outer.without_pool;
  if (out.larger_pool.empty()) out.larger_pool = outer.larger_pool;
  if (out.tainted_pool.empty()) {
    out.tainted_pool = outer.tainted_pool;
    out.tainted_like = outer.tainted_like;
  }
  out.no_taints = out.no_taints || outer.no_taints;
  out.tags_moved = out.tags_moved || outer.tags_moved;
  out.without_lab_events = out.without_lab_events || outer.without_lab_events;
  out.events.insert(out.events.begin(), outer.events.begin(), outer.events.end());
  if (out.restart.empty()) {
    out.restart = outer.restart;
    out.restart_at = outer.restart_at;
  }
  if (out.horizon == Duration{}) out.horizon = outer.horizon;
  return out;
}

std::vector<RunEvent> events_of(const LabSpec& lab, const std::vector<RunEvent>& actions,
                                const VariantSpec& variant) {
  std::vector<RunEvent> out;
  if (!variant.without_lab_events) out = lab.events;
  out.insert(out.end(), variant.events.begin(), variant.events.end());
  out.insert(out.end(), actions.begin(), actions.end());
  std::erase_if(out, [&](const RunEvent& event) { return event.at > horizon_of(lab, variant); });
  std::stable_sort(out.begin(), out.end(),
                   [](const RunEvent& a, const RunEvent& b) { return a.at < b.at; });
  return out;
}

sim::Journal journal_of(const LabSpec& lab, const sim::Journal& journal,
                        const VariantSpec& variant) {
  const Time end{horizon_of(lab, variant)};
  sim::Journal out;
  for (const sim::JournalEntry& entry : journal) {
    if (entry.at <= end) out.push_back(entry);
  }
  if (!variant.restart.empty()) {
    const sim::JournalEntry restart = restart_entry(variant.restart, variant.restart_at);
    const auto place =
        std::upper_bound(out.begin(), out.end(), restart.at,
                         [](Time at, const sim::JournalEntry& entry) { return at < entry.at; });
    if (restart.at <= end) out.insert(place, restart);
  }
  return out;
}

}  // namespace inferlab::labs
