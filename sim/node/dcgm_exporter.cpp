#include "sim/node/dcgm_exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

/// The highest clock of the multiprocessors in MHz, as `nvidia-smi -q -d CLOCK` shows it.
struct ClockRow {
  std::string_view gpus;  // how the names of its GpuSpecs begin
  int megahertz;
};
constexpr ClockRow kClocks[] = {{"T4", 1590},   {"A10G", 1710}, {"L40S", 2520}, {"L4", 2040},
                                {"A100", 1410}, {"H100", 1980}, {"H200", 1980}, {"B200", 1965}};

struct Seen {
  Time at{};
  std::map<std::string, Duration> busy;  // by container id
};
using History = std::map<std::string, Seen>;  // by device id

struct Holder {
  const PodWorker* pod = nullptr;
  const Container* container = nullptr;
  GpuUse use;
};
using Holders = std::map<std::string, std::vector<Holder>>;  // by device id

Holders holders_of(Kubelet& kubelet) {
  Holders out;
  kubelet.for_each_pod([&](PodWorker& pod) {
    for (const auto& container : pod.runtime().containers) {
      if (container->workload == nullptr || container->gpus.empty()) continue;
      const GpuUse use = container->workload->gpu_use();
      for (const GpuDevice* gpu : container->gpus) {
        out[gpu->id()].push_back({&pod, container.get(), use});
      }
    }
  });
  return out;
}

/// The share of the time since the last look in which the device computed.
double busy_share(Seen& seen, const std::vector<Holder>& holders, Time now) {
  Duration busy{};
  std::map<std::string, Duration> totals;
  for (const Holder& holder : holders) {
    const std::string& run = holder.container->container_id;
    const auto before = seen.busy.find(run);
    busy += holder.use.busy - (before == seen.busy.end() ? 0s : before->second);
    totals[run] = holder.use.busy;
  }
  const Duration interval = now - seen.at;
  seen = {now, std::move(totals)};
  return interval > 0s ? std::clamp(to_seconds(busy) / to_seconds(interval), 0.0, 1.0) : 0;
}

void show_device(const GpuDevice& device, const std::vector<Holder>& holders, bool is_instance,
                 SeriesLabels own, Seen& seen, Time now, std::vector<Sample>& samples) {
  // With several Pods on one device nobody can say whose the figures are.
  if (holders.size() == 1) {
    own["namespace"] = holders.front().pod->ns();
    own["pod"] = holders.front().pod->name();
    own["container"] = holders.front().container->view.name;
  }
  std::int64_t used = 0;
  for (const Holder& holder : holders) used += holder.use.memory_bytes;
  const std::int64_t total = device.spec().memory_bytes >> 20;
  used = std::min(used >> 20, total);
  const double share = busy_share(seen, holders, now);
  if (is_instance) {  // there is no utilisation of an instance
    samples.push_back({"DCGM_FI_PROF_GR_ENGINE_ACTIVE", own, share});
  } else {
    samples.push_back({"DCGM_FI_DEV_GPU_UTIL", own, share * 100});
  }
  samples.push_back({"DCGM_FI_DEV_FB_USED", own, static_cast<double>(used)});
  samples.push_back({"DCGM_FI_DEV_FB_FREE", std::move(own), static_cast<double>(total - used)});
}

void show_card(const GpuCard& card, std::string_view gpu, const SeriesLabels& own,
               std::vector<Sample>& samples) {
  const auto add = [&](const char* name, double value) { samples.push_back({name, own, value}); };
  add("DCGM_FI_DEV_XID_ERRORS", card.last_xid);
  add("DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", static_cast<double>(card.single_bit_errors));
  add("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", static_cast<double>(card.double_bit_errors));
  add("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", static_cast<double>(card.remapped_rows));
  for (const ClockRow& row : kClocks) {
    if (!gpu.starts_with(row.gpus)) continue;
    add("DCGM_FI_DEV_SM_CLOCK", row.megahertz * card.devices.front()->clock());
    return;
  }
}

void show(Kubelet& kubelet, History& history, std::vector<Sample>& samples) {
  NodeRuntime& node = kubelet.node();
  const Time now = node.api.simulation().now();
  const Holders holders = holders_of(kubelet);
  int index = 0;
  for (const GpuCard& card : node.gpus.cards()) {
    const SeriesLabels of_card{{"gpu", fmt::format("{}", index)},
                               {"UUID", card.uuid},
                               {"device", fmt::format("nvidia{}", index)},
                               {"modelName", "NVIDIA-" + node.gpu->name}};
    ++index;
    if (card.off_the_bus) continue;  // it answers nobody any more
    for (std::size_t i = 0; i < card.devices.size(); ++i) {
      const GpuDevice& device = *card.devices[i];
      SeriesLabels own = of_card;
      if (!card.profiles.empty()) {
        own["GPU_I_PROFILE"] = card.profiles[i];
        own["GPU_I_ID"] = fmt::format("{}", i + 1);
      }
      const auto found = holders.find(device.id());
      show_device(device, found == holders.end() ? std::vector<Holder>() : found->second,
                  !card.profiles.empty(), std::move(own), history[device.id()], now, samples);
    }
    show_card(card, node.gpu->name, of_card, samples);
  }
}

bool is_exported(Kubelet& kubelet) {
  const NodeRuntime& node = kubelet.node();
  const bool is_built_in = node.pool.device_plugin == NodePoolSpec::DevicePlugin::kBuiltIn;
  return kubelet.is_up() && (is_built_in || !node.dcgm_exporters.empty());
}

}  // namespace

void add_dcgm_exporter(Telemetry& telemetry, Kubelet& kubelet) {
  const auto history = std::make_shared<History>();
  const SeriesLabels labels{{"job", "dcgm-exporter"},
                            {"instance", kubelet.node().ip + ":9400"},
                            {"Hostname", kubelet.name()}};
  telemetry.add_target("dcgm/" + kubelet.name(), labels,
                       [&kubelet, history](std::vector<Sample>& samples) {
                         if (is_exported(kubelet)) show(kubelet, *history, samples);
                       });
}

}  // namespace inferlab::sim
