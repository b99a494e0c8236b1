#include "tests/sim/cluster/node_specs.h"

#include <sstream>

#include "sim/api/quantity.h"

namespace inferlab {

using testing::GoldenCommand;

namespace {

sim::KubeletSpec::Amounts amounts(const std::string& text) {
  sim::KubeletSpec::Amounts out;
  for (const std::string& entry : words_of(text, ',')) {
    const std::size_t equals = entry.find('=');
    out[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return out;
}

void set_managers(const GoldenCommand& command, sim::KubeletSpec& kubelet) {
  using Policy = sim::KubeletSpec::TopologyPolicy;
  if (command.get("cpus") == "static") {
    kubelet.cpu_manager_policy = sim::KubeletSpec::CpuManagerPolicy::kStatic;
  }
  if (command.get("scope") == "pod") {
    kubelet.topology_manager_scope = sim::KubeletSpec::TopologyScope::kPod;
  }
  const std::string topology = command.get("topology");
  if (topology == "best-effort") kubelet.topology_manager_policy = Policy::kBestEffort;
  if (topology == "restricted") kubelet.topology_manager_policy = Policy::kRestricted;
  if (topology == "single-numa-node") kubelet.topology_manager_policy = Policy::kSingleNumaNode;
}

}  // namespace

std::int64_t bytes(const GoldenCommand& command, const std::string& key, std::int64_t fallback) {
  const auto quantity = sim::Quantity::parse(command.get(key));
  return quantity ? quantity->units() : fallback;
}

std::vector<std::string> words_of(const std::string& text, char separator) {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) out.push_back(word);
  return out;
}

sim::NodePoolSpec pool_of(const GoldenCommand& command) {
  using Strategy = sim::GpuSharingSpec::MigStrategy;
  sim::NodePoolSpec pool;
  pool.name = command.words.at(0);
  pool.count = static_cast<int>(command.integer("count", 1));
  pool.cpu_milli = command.integer("cpu", 8) * 1000;
  pool.memory_bytes = bytes(command, "memory", std::int64_t{16} << 30);
  pool.disk_bytes = bytes(command, "disk", std::int64_t{100} << 30);
  pool.image_disk_bytes = bytes(command, "image_disk", 0);
  pool.gpu = command.get("gpu");
  pool.gpus_per_node = static_cast<int>(command.integer("gpus", 0));
  pool.gpu_sharing.replicas = static_cast<int>(command.integer("replicas", 1));
  pool.gpu_sharing.renamed = command.integer("renamed", 0) != 0;
  pool.gpu_sharing.mig_profiles = words_of(command.get("profiles"), ',');
  if (command.get("mig") == "single") pool.gpu_sharing.mig_strategy = Strategy::kSingle;
  if (command.get("mig") == "mixed") pool.gpu_sharing.mig_strategy = Strategy::kMixed;
  if (command.get("plugin") == "daemonset") {
    pool.device_plugin = sim::NodePoolSpec::DevicePlugin::kDaemonSet;
  }
  pool.driver.installed = command.get("driver") != "none";
  if (pool.driver.installed) pool.driver.version = command.get("driver");
  pool.driver.cuda = command.get("driver_cuda");
  pool.kubelet.kube_reserved = amounts(command.get("kube_reserved"));
  pool.kubelet.system_reserved = amounts(command.get("system_reserved"));
  if (!command.get("hard").empty()) pool.kubelet.eviction_hard = amounts(command.get("hard"));
  pool.kubelet.eviction_soft = amounts(command.get("soft"));
  pool.kubelet.eviction_soft_grace_period = amounts(command.get("soft_grace"));
  pool.kubelet.eviction_minimum_reclaim = amounts(command.get("reclaim"));
  pool.kubelet.eviction_max_pod_grace_seconds = command.integer("max_grace", 0);
  pool.numa_nodes = static_cast<int>(command.integer("numa", 1));
  for (const auto& [size, amount] : amounts(command.get("huge_pages"))) {
    pool.huge_pages[size] = sim::Quantity::parse(amount)->units();
  }
  set_managers(command, pool.kubelet);
  const auto speed = [&](const char* key, double& into) {
    into = static_cast<double>(bytes(command, key, static_cast<std::int64_t>(into)));
  };
  speed("registry", pool.registry_bandwidth);
  speed("model", pool.model_bandwidth);
  speed("disk_bandwidth", pool.disk_bandwidth);
  return pool;
}

sim::ImageSpec image_of(const GoldenCommand& command) {
  using Behaviour = sim::ImageSpec::Behaviour;
  sim::ImageSpec image;
  image.repository = "r.io/" + command.words.at(0);
  image.tags = {"v1"};
  image.digest = "sha256:" + command.words.at(0);
  image.size_bytes = bytes(command, "size", 12'500'000);
  const std::string behaviour = command.get("behaviour", "sleeper");
  image.behaviour = behaviour == "llm-server"      ? Behaviour::kLlmServer
                    : behaviour == "http-server"   ? Behaviour::kHttpServer
                    : behaviour == "crasher"       ? Behaviour::kCrasher
                    : behaviour == "busy"          ? Behaviour::kBusy
                    : behaviour == "device-plugin" ? Behaviour::kDevicePlugin
                    : behaviour == "dcgm-exporter" ? Behaviour::kDcgmExporter
                                                   : Behaviour::kSleeper;
  image.cuda.version = command.get("cuda");
  image.cuda.least_driver = command.get("least_driver");
  image.cuda.compat_branches = words_of(command.get("compat"), ',');
  for (const std::string& layer : words_of(command.get("layers"), ',')) {
    const std::size_t colon = layer.find(':');
    image.layers.push_back({layer.substr(0, colon), std::stoll(layer.substr(colon + 1))});
  }
  return image;
}

std::vector<sim::GpuSpec> cards() {
  sim::GpuSpec a100{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12, 0.38, 0.18};
  sim::GpuSpec h100{"H100-SXM", std::int64_t{80} << 30, 3350e9, 989e12, 0.45, 0.3};
  return {a100, h100};
}

std::vector<sim::ModelSpec> models() {
  sim::ModelSpec small;
  small.id = "small";
  small.parameters = 1e9;
  small.layers = 16;
  small.weights_bytes = 2'000'000'000;
  small.kv_bytes_per_token = 32768;
  small.max_model_len = 8192;
  return {small};
}

}  // namespace inferlab
