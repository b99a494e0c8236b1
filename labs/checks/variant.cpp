#include "labs/checks/variant.h"

#include <algorithm>

namespace inferlab::labs {
namespace {

void add_labels(sim::NodePoolSpec& pool, const sim::NodePoolSpec& like) {
  for (const auto& label : like.labels) {
    std::erase_if(pool.labels, [&](const auto& own) { return own.first == label.first; });
    pool.labels.push_back(label);
  }
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
  cluster.model_load_slowdown = variant.model_load_slowdown;
  if (variant.tags_moved) move_tags(cluster, lab.moving_tags);
  const auto model = std::find_if(
      lab.cluster.pools.begin(), lab.cluster.pools.end(),
      [&](const sim::NodePoolSpec& pool) { return pool.name == variant.others_labelled_like; });
  for (sim::NodePoolSpec& pool : cluster.pools) {
    if (variant.no_taints) pool.taints.clear();
    if (model != lab.cluster.pools.end() && pool.name != model->name && !pool.gpu.empty()) {
      add_labels(pool, *model);
    }
  }
  std::erase_if(cluster.pools,
                [&](const sim::NodePoolSpec& pool) { return pool.name == variant.without_pool; });
  return cluster;
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
