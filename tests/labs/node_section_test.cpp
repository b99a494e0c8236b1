// What a lab states of its nodes' kubelets, disks and GPUs, and what of it does not fit together.
#include <catch2/catch.hpp>
#include <string>

#include "labs/spec/load_lab.h"
#include "tests/labs/small_lab.h"

namespace {

using inferlab::labs::LabSpec;
using inferlab::labs::parse_lab;

inferlab::Result<LabSpec> lab_with(std::string_view from, std::string_view to) {
  std::string text(kSmallLab);
  return parse_lab(text.replace(text.find(from), from.size(), to), "lab.yaml");
}

std::string said(std::string_view from, std::string_view to) {
  const auto lab = lab_with(from, to);
  return lab ? "nothing is wrong" : lab.error().message;
}

constexpr std::string_view kNode = "      memory: 16Gi\n";

}  // namespace

TEST_CASE("lab file: a pool states its kubelet, disks and image layers") {
  const auto lab = lab_with(kNode, R"(      memory: 16Gi
      disk: 500Gi
      image_disk: 100Gi
      disk_bandwidth: 3G
      kubelet:
        kube_reserved: {cpu: 500m, memory: 1Gi}
        eviction_hard: {memory.available: 5%}
        eviction_pressure_transition_period: 1m
        image_gc_high_percent: 90
)");
  if (!lab) FAIL(lab.error().message << " " << lab.error().hint);
  const auto& pool = lab->cluster.pools[0];
  CHECK(pool.disk_bytes == std::int64_t{500} << 30);
  CHECK(pool.image_disk_bytes == std::int64_t{100} << 30);
  CHECK(pool.disk_bandwidth == 3e9);
  CHECK(pool.kubelet.kube_reserved.at("cpu") == "500m");
  CHECK(pool.kubelet.eviction_hard.size() == 1);
  CHECK(pool.kubelet.eviction_pressure_transition_period == std::chrono::minutes(1));
  CHECK(pool.kubelet.image_gc_high_percent == 90);
  CHECK(pool.kubelet.image_gc_low_percent == 80);
  CHECK(lab->cluster.pools[1].kubelet.eviction_hard.size() == 5);
}

TEST_CASE("lab file: a pool states its driver, an image its CUDA") {
  const std::string_view gpus = "      gpus_per_node: 1\n";
  const auto lab =
      lab_with(gpus,
               "      gpus_per_node: 1\n      driver: 535.183.06\n      device_plugin: "
               "daemonset\n");
  if (!lab) FAIL(lab.error().message << " " << lab.error().hint);
  const auto& pool = lab->cluster.pools[1];
  CHECK(pool.device_plugin == inferlab::sim::NodePoolSpec::DevicePlugin::kDaemonSet);
  CHECK(pool.driver.version == "535.183.06");
  CHECK(pool.driver.cuda == "12.2");  // 12.3 came with 545.23.06
  CHECK(lab->cluster.pools[0].driver.version.empty());

  const auto image = lab_with("      size: 1M\n", "      size: 1M\n      cuda: \"12.4\"\n");
  if (!image) FAIL(image.error().message);
  CHECK(image->cluster.images[0].cuda.least_driver == "525.60.13");
  CHECK(image->cluster.images[0].cuda.compat_branches.back() == "535");

  const auto driver = [&](const std::string& text) {
    return said(gpus, "      gpus_per_node: 1\n      driver: " + text + "\n");
  };
  CHECK(driver("v535") ==
        "lab.yaml:29:7: cluster.pools[1].driver: \"v535\" is no version of a "
        "driver");
  CHECK(driver("\"418.39\"") ==
        "lab.yaml:29:7: cluster.pools[1].driver: \"418.39\" is older than all of "
        "assets/facts/cuda.yaml");
  CHECK(driver("none") ==
        "lab.yaml:29:7: cluster.pools[1].driver: is none, and a built-in device "
        "plugin finds one");
  CHECK(said(kNode, "      memory: 16Gi\n      device_plugin: daemonset\n") ==
        "lab.yaml:25:7: cluster.pools[0].device_plugin: is of nodes with GPUs");
  CHECK(said("      size: 1M\n", "      size: 1M\n      cuda: \"12.7\"\n") ==
        "lab.yaml:39:7: cluster.images[0].cuda: \"12.7\" is not in assets/facts/cuda.yaml");
}

TEST_CASE("lab file: thresholds, reservations and MIG profiles are checked") {
  CHECK(said(kNode, "      memory: 16Gi\n      kubelet: {eviction_hard: {memory.free: 1Gi}}\n") ==
        "lab.yaml:25:7: cluster.pools[0].kubelet: eviction_hard: memory.free: is no eviction "
        "signal");
  CHECK(said(kNode, "      memory: 16Gi\n      kubelet: {kube_reserved: {disk: 1Gi}}\n") ==
        "lab.yaml:25:7: cluster.pools[0].kubelet: reserved disk: 1Gi: is no amount of it");
  CHECK(said("      gpus_per_node: 1\n",
             "      gpus_per_node: 1\n      gpu_sharing: {mig_strategy: mixed, mig_profiles: "
             "[1g.5gb]}\n") ==
        "lab.yaml:29:42: cluster.pools[1].gpu_sharing.mig_profiles: L4: cannot be cut into MIG "
        "instances");
  CHECK(said("      gpus_per_node: 1\n",
             "      gpus_per_node: 1\n      gpu_sharing: {mig_strategy: single}\n") ==
        "lab.yaml:29:7: cluster.pools[1].gpu_sharing: mig_strategy and mig_profiles go together");
  CHECK(said("      size: 1M\n", "      size: 1M\n      layers: [{name: base, size: 2M}]\n") ==
        "lab.yaml:39:7: cluster.images[0].layers: add up to 2000000 bytes, and the image has "
        "1000000");
}

TEST_CASE("lab file: a pool states its NUMA nodes, huge pages and who hands out CPUs") {
  const auto lab = lab_with(kNode, R"(      memory: 16Gi
      numa_nodes: 2
      huge_pages: {2Mi: 1Gi, 1Gi: 4Gi}
      kubelet:
        cpu_manager_policy: static
        topology_manager_policy: single-numa-node
        topology_manager_scope: pod
        kube_reserved: {cpu: 500m}
)");
  if (!lab) FAIL(lab.error().message << " " << lab.error().hint);
  using Kubelet = inferlab::sim::KubeletSpec;
  const auto& pool = lab->cluster.pools[0];
  CHECK(pool.numa_nodes == 2);
  CHECK(pool.huge_pages.at("1Gi") == std::int64_t{4} << 30);
  CHECK(pool.kubelet.cpu_manager_policy == Kubelet::CpuManagerPolicy::kStatic);
  CHECK(pool.kubelet.topology_manager_policy == Kubelet::TopologyPolicy::kSingleNumaNode);
  CHECK(pool.kubelet.topology_manager_scope == Kubelet::TopologyScope::kPod);
  CHECK(lab->cluster.pools[1].numa_nodes == 1);
  CHECK(lab->cluster.pools[1].kubelet.cpu_manager_policy == Kubelet::CpuManagerPolicy::kNone);
}

TEST_CASE("lab file: NUMA nodes, huge pages and policies are checked") {
  const auto with = [](const std::string& more) {
    return said(kNode, "      memory: 16Gi\n      " + more + "\n");
  };
  CHECK(with("numa_nodes: 3") ==
        "lab.yaml:25:7: cluster.pools[0].numa_nodes: 4 CPUs cannot be spread over 3 NUMA nodes "
        "evenly");
  CHECK(with("numa_nodes: 9") == "lab.yaml:25:7: cluster.pools[0].numa_nodes: must be at most 8");
  CHECK(with("numa_nodes: 0") == "lab.yaml:25:7: cluster.pools[0].numa_nodes: must be at least 1");
  CHECK(with("huge_pages: {4Mi: 1Gi}") ==
        "lab.yaml:25:7: cluster.pools[0].huge_pages: \"4Mi\" is no size of pages");
  CHECK(with("huge_pages: {2Mi: 1Mi}") ==
        "lab.yaml:25:7: cluster.pools[0].huge_pages: 2Mi: is no number of such pages that the "
        "memory has");
  CHECK(with("huge_pages: {1Gi: 32Gi}") ==
        "lab.yaml:25:7: cluster.pools[0].huge_pages: 1Gi: is no number of such pages that the "
        "memory has");
  CHECK(with("kubelet: {cpu_manager_policy: static}") ==
        "lab.yaml:25:7: cluster.pools[0].kubelet: the static CPU manager policy needs reserved "
        "CPU");
  CHECK(with("kubelet: {cpu_manager_policy: static, kube_reserved: {cpu: \"9\"}}") ==
        "lab.yaml:25:7: cluster.pools[0].kubelet: more CPU is reserved than there is");
}
