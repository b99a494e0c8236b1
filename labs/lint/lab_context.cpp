#include "labs/lint/lab_context.h"

#include <algorithm>

namespace inferlab::labs::lint {
namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

ContextPool pool_of(const sim::NodePoolSpec& pool, const sim::ClusterSpec& cluster) {
  ContextPool out;
  out.name = pool.name;
  out.nodes = pool.count;
  for (const auto& [key, value] : pool.labels) out.labels[key] = value;
  out.taints = pool.taints;
  out.gpus_per_node = pool.gpus_per_node;
  for (const sim::GpuSpec& gpu : cluster.gpus) {
    if (gpu.name != pool.gpu) continue;
    out.gpu_memory_gib = static_cast<double>(gpu.memory_bytes) / kGiB;
    // What GPU feature discovery says of every node with GPUs and a driver.
    if (!pool.driver.installed) continue;
    out.labels["nvidia.com/gpu.present"] = "true";
    for (const auto& [key, value] : sim::driver_labels(pool.driver)) out.labels[key] = value;
  }
  return out;
}

}  // namespace

Context context_of(const sim::ClusterSpec& cluster) {
  Context out;
  out.kubernetes = "1.32";
  for (const sim::NodePoolSpec& pool : cluster.pools) out.pools.push_back(pool_of(pool, cluster));
  for (const sim::ModelSpec& model : cluster.models) {
    out.models[model.id] = {
        .weights_gib = static_cast<double>(model.weights_bytes) / kGiB,
        .kv_mib_per_token = static_cast<double>(model.kv_bytes_per_token) / (1024 * 1024)};
  }
  if (!cluster.storage.empty()) {
    out.storage_classes.emplace();
    for (const sim::StorageClassSpec& storage : cluster.storage) {
      (*out.storage_classes)[storage.name] =
          storage.driver.shared
              ? std::vector<std::string>{"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"}
              : std::vector<std::string>{"ReadWriteOnce", "ReadWriteOncePod"};
    }
  }
  return out;
}

}  // namespace inferlab::labs::lint
