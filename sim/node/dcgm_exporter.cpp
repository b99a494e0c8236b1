#include "sim/node/dcgm_exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

struct Seen {
  Time at{};
  std::string run;  // container id
  Duration busy{};
};

struct Holder {
  const PodWorker* pod = nullptr;
  const Container* container = nullptr;
  GpuUse use;
};

}  // namespace

void add_dcgm_exporter(Telemetry& telemetry, Kubelet& kubelet) {
  const auto last = std::make_shared<std::map<std::string, Seen>>();  // by GPU id
  const SeriesLabels labels{{"job", "dcgm-exporter"},
                            {"instance", kubelet.node().ip + ":9400"},
                            {"Hostname", kubelet.name()}};
  telemetry.add_target(
      "dcgm/" + kubelet.name(), labels, [&kubelet, last](std::vector<Sample>& samples) {
        if (!kubelet.is_up()) return;
        const NodeRuntime& node = kubelet.node();
        const Time now = kubelet.node().api.simulation().now();
        std::map<std::string, Holder> holders;
        kubelet.for_each_pod([&](PodWorker& pod) {
          for (const auto& container : pod.runtime().containers) {
            if (container->workload == nullptr) continue;
            const GpuUse use =
                container->gpu_ids.empty() ? GpuUse{} : container->workload->gpu_use();
            for (const std::string& id : container->gpu_ids)
              holders[id] = {&pod, container.get(), use};
          }
        });
        int index = 0;
        for (const DeviceAllocator::Device& device : node.gpus.devices()) {
          const Holder holder = holders[device.id];
          Seen& seen = (*last)[device.id];
          const std::string run = holder.container == nullptr ? "" : holder.container->container_id;
          const Duration busy = run == seen.run ? holder.use.busy - seen.busy : holder.use.busy;
          const Duration interval = now - seen.at;
          const double share = interval > 0s ? to_seconds(busy) / to_seconds(interval) : 0;
          seen = {now, run, holder.use.busy};
          SeriesLabels own{{"gpu", fmt::format("{}", index)},
                           {"UUID", device.id},
                           {"device", fmt::format("nvidia{}", index)},
                           {"modelName", "NVIDIA-" + node.gpu->name}};
          if (holder.pod != nullptr) {
            own["namespace"] = holder.pod->ns();
            own["pod"] = holder.pod->name();
            own["container"] = holder.container->view.name;
          }
          const std::int64_t used = holder.use.memory_bytes >> 20;
          const std::int64_t total = node.gpu->memory_bytes >> 20;
          samples.push_back({"DCGM_FI_DEV_GPU_UTIL", own, std::clamp(share * 100, 0.0, 100.0)});
          samples.push_back({"DCGM_FI_DEV_FB_USED", own, static_cast<double>(used)});
          samples.push_back(
              {"DCGM_FI_DEV_FB_FREE", std::move(own), static_cast<double>(total - used)});
          ++index;
        }
      });
}

}  // namespace inferlab::sim
