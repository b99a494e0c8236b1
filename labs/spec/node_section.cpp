#include "labs/spec/node_section.h"

#include <fmt/format.h>

#include "labs/spec/facts.h"
#include "sim/api/quantity.h"
#include "sim/node/eviction_signals.h"
#include "sim/node/mig_profiles.h"
#include "sim/node/node_allocatable.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using Strategy = sim::GpuSharingSpec::MigStrategy;

void read_amounts(const Value& row, sim::KubeletSpec::Amounts& into) {
  if (row.is_null()) return;
  into.clear();
  for (const auto& [key, value] : row.members()) into[key] = value.str();
}

void read_resource_managers(const Value& row, sim::KubeletSpec& kubelet) {
  using Topology = sim::KubeletSpec::TopologyPolicy;
  if (row["cpu_manager_policy"].as_string() == "static") {
    kubelet.cpu_manager_policy = sim::KubeletSpec::CpuManagerPolicy::kStatic;
  }
  const std::string_view topology = row["topology_manager_policy"].as_string();
  kubelet.topology_manager_policy = topology == "best-effort"        ? Topology::kBestEffort
                                    : topology == "restricted"       ? Topology::kRestricted
                                    : topology == "single-numa-node" ? Topology::kSingleNumaNode
                                                                     : Topology::kNone;
  if (row["topology_manager_scope"].as_string() == "pod") {
    kubelet.topology_manager_scope = sim::KubeletSpec::TopologyScope::kPod;
  }
}

void read_kubelet(const Value& row, sim::KubeletSpec& kubelet) {
  read_resource_managers(row, kubelet);
  read_amounts(row["kube_reserved"], kubelet.kube_reserved);
  read_amounts(row["system_reserved"], kubelet.system_reserved);
  read_amounts(row["eviction_hard"], kubelet.eviction_hard);
  read_amounts(row["eviction_soft"], kubelet.eviction_soft);
  read_amounts(row["eviction_soft_grace_period"], kubelet.eviction_soft_grace_period);
  read_amounts(row["eviction_minimum_reclaim"], kubelet.eviction_minimum_reclaim);
  kubelet.eviction_max_pod_grace_seconds = row["eviction_max_pod_grace_seconds"].as_int();
  kubelet.eviction_pressure_transition_period =
      parse_duration(row["eviction_pressure_transition_period"].as_string())
          .value_or(kubelet.eviction_pressure_transition_period);
  kubelet.image_gc_high_percent =
      static_cast<int>(row["image_gc_high_percent"].as_int(kubelet.image_gc_high_percent));
  kubelet.image_gc_low_percent =
      static_cast<int>(row["image_gc_low_percent"].as_int(kubelet.image_gc_low_percent));
}

void read_sharing(const Value& row, sim::GpuSharingSpec& sharing) {
  const std::string_view strategy = row["mig_strategy"].as_string();
  sharing.mig_strategy = strategy == "single"  ? Strategy::kSingle
                         : strategy == "mixed" ? Strategy::kMixed
                                               : Strategy::kNone;
  for (const Value& profile : row["mig_profiles"].items()) {
    sharing.mig_profiles.push_back(profile.str());
  }
  sharing.replicas = static_cast<int>(row["replicas"].as_int(1));
  sharing.renamed = row["renamed"].as_bool();
}

void check_cpus(const sim::NodePoolSpec& pool, const std::string& path, const SpecValidator& places,
                std::vector<Error>& errors) {
  const std::int64_t cpus = pool.cpu_milli / 1000;
  const bool is_static =
      pool.kubelet.cpu_manager_policy == sim::KubeletSpec::CpuManagerPolicy::kStatic;
  if (pool.cpu_milli % 1000 != 0 && (is_static || pool.numa_nodes > 1)) {
    errors.push_back(places.error(path + ".cpu", "is no whole number of CPUs",
                                  "the CPU manager and NUMA nodes need whole ones"));
  } else if (cpus % pool.numa_nodes != 0) {
    errors.push_back(places.error(
        path + ".numa_nodes",
        fmt::format("{} CPUs cannot be spread over {} NUMA nodes evenly", cpus, pool.numa_nodes),
        "state a number that divides them"));
  }
  if (is_static && sim::reserved_cpus(pool) == 0) {
    errors.push_back(places.error(path + ".kubelet",
                                  "the static CPU manager policy needs reserved CPU",
                                  "reserve some: kube_reserved: {cpu: 500m}"));
  } else if (is_static && sim::reserved_cpus(pool) > cpus) {
    errors.push_back(places.error(path + ".kubelet", "more CPU is reserved than there is"));
  }
}

/// Sizes of pages that x86 has. Source: Kubernetes documentation, "Manage HugePages".
void read_huge_pages(const Value& row, sim::NodePoolSpec& pool) {
  for (const auto& [size, amount] : row.members()) {
    const auto bytes = sim::Quantity::parse(amount.as_string());
    pool.huge_pages[size] = bytes ? bytes->units() : -1;
  }
}

void check_huge_pages(const sim::NodePoolSpec& pool, const std::string& path,
                      const SpecValidator& places, std::vector<Error>& errors) {
  std::int64_t left = pool.memory_bytes;
  for (const auto& [size, bytes] : pool.huge_pages) {
    const bool is_size = size == "2Mi" || size == "1Gi";
    const std::int64_t page = is_size ? sim::Quantity::parse(size)->units() : 1;
    const bool fits = bytes >= 0 && bytes <= left && bytes % page == 0;
    if (is_size && fits) {
      left -= bytes;
      continue;
    }
    errors.push_back(places.error(
        path + ".huge_pages",
        is_size ? fmt::format("{}: is no number of such pages that the memory has", size)
                : fmt::format("\"{}\" is no size of pages", size),
        "state for 2Mi and 1Gi how much memory is set aside, in whole pages"));
  }
}

void check_sharing(const sim::NodePoolSpec& pool, const std::string& path,
                   const SpecValidator& places, std::vector<Error>& errors) {
  const sim::GpuSharingSpec& sharing = pool.gpu_sharing;
  const std::string profiles = path + ".gpu_sharing.mig_profiles";
  if ((sharing.mig_strategy == Strategy::kNone) != sharing.mig_profiles.empty()) {
    errors.push_back(places.error(path + ".gpu_sharing",
                                  "mig_strategy and mig_profiles go together",
                                  "state both or neither"));
    return;
  }
  if (sharing.mig_profiles.empty()) return;
  const auto placed = sim::place_instances(pool.gpu, sharing.mig_profiles);
  if (!placed) {
    errors.push_back(places.error(profiles, placed.error().message, placed.error().hint));
  }
  for (const std::string& profile : sharing.mig_profiles) {
    if (sharing.mig_strategy != Strategy::kSingle || profile == sharing.mig_profiles.front()) {
      continue;
    }
    errors.push_back(places.error(profiles, "with the single strategy all profiles are equal",
                                  "use mig_strategy: mixed"));
    return;
  }
}

}  // namespace

void read_node(const Value& row, sim::NodePoolSpec& pool) {
  pool.disk_bytes = units_of(row["disk"], pool.disk_bytes);
  pool.image_disk_bytes = units_of(row["image_disk"], pool.image_disk_bytes);
  pool.disk_bandwidth = static_cast<double>(
      units_of(row["disk_bandwidth"], static_cast<std::int64_t>(pool.disk_bandwidth)));
  pool.numa_nodes = static_cast<int>(row["numa_nodes"].as_int(1));
  read_huge_pages(row["huge_pages"], pool);
  read_kubelet(row["kubelet"], pool.kubelet);
  read_sharing(row["gpu_sharing"], pool.gpu_sharing);
}

void check_node(const sim::NodePoolSpec& pool, const std::string& path, const SpecValidator& places,
                std::vector<Error>& errors) {
  check_sharing(pool, path, places, errors);
  check_cpus(pool, path, places, errors);
  check_huge_pages(pool, path, places, errors);
  if (const auto thresholds = sim::thresholds_of(pool.kubelet); !thresholds) {
    errors.push_back(
        places.error(path + ".kubelet", thresholds.error().message, thresholds.error().hint));
  }
  for (const auto* reserved : {&pool.kubelet.kube_reserved, &pool.kubelet.system_reserved}) {
    for (const auto& [resource, amount] : *reserved) {
      const bool is_known =
          resource == "cpu" || resource == "memory" || resource == "ephemeral-storage";
      if (is_known && sim::Quantity::parse(amount)) continue;
      errors.push_back(places.error(
          path + ".kubelet", fmt::format("reserved {}: {}: is no amount of it", resource, amount),
          "reserve quantities of cpu, memory and ephemeral-storage"));
    }
  }
  if (pool.kubelet.image_gc_low_percent >= pool.kubelet.image_gc_high_percent) {
    errors.push_back(
        places.error(path + ".kubelet", "image_gc_low_percent is not below image_gc_high_percent"));
  }
}

void check_layers(const sim::ImageSpec& image, const std::string& path, const SpecValidator& places,
                  std::vector<Error>& errors) {
  if (image.layers.empty()) return;
  std::int64_t sum = 0;
  for (const sim::ImageLayer& layer : image.layers) sum += layer.size_bytes;
  if (sum == image.size_bytes) return;
  errors.push_back(places.error(
      path, fmt::format("add up to {} bytes, and the image has {}", sum, image.size_bytes),
      "state the size of each layer"));
}

}  // namespace inferlab::labs
