// visible-devices-override: NVIDIA_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES set by hand.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const sim::Value& env = container.value["env"];
      for (std::size_t i = 0; i < env.size(); ++i) {
        const std::string_view name = env[i]["name"].as_string();
        if (name != "NVIDIA_VISIBLE_DEVICES" && name != "CUDA_VISIBLE_DEVICES") continue;
        const std::string value = env[i]["value"].str();
        // What hides all of them from a container that wants none is no harm.
        if (container.gpus() == 0 && (value == "none" || value == "void")) continue;
        report
            .add(*workload.object, container.at(fmt::format("env[{}]", i)),
                 fmt::format("{} of container \"{}\" is \"{}\"", name, container.name, value))
            .fixes = {{Fix::Kind::kRemove, container.at(fmt::format("env[{}]", i)), {}}};
      }
    }
  }
}

}  // namespace

const Check kVisibleDevicesOverride = {
    .id = "visible-devices-override",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "NVIDIA_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES set by hand",
    .why =
        "The device plugin says which GPUs a container gets; \"all\" shows it those of its "
        "neighbours too, whose memory it then takes.",
    .mend = "Take the variable away and ask for GPUs under resources.limits.",
    .rows = "GPU-12 TRP-08",
    .run = run,
};

}  // namespace inferlab::labs::lint
