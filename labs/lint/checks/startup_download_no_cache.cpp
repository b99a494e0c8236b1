// startup-download-no-cache: a model of a hub that is kept on no persistent volume.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/model_cache.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      if (!container.model || !container.model->is_hub_id()) continue;
      const std::string path = cache_path(container);
      if (is_on_persistent_volume(workload, container, path)) continue;
      report.add(*workload.object, container.at("volumeMounts"),
                 fmt::format("model \"{}\" is cached in {}, which is on no persistent volume",
                             container.model->model, path));
    }
  }
}

}  // namespace

const Check kStartupDownloadNoCache = {
    .id = "startup-download-no-cache",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a model of a hub that is kept on no persistent volume",
    .why =
        "Every new replica downloads the weights again: minutes of GPU time in which nothing is "
        "served, and a scale-up that fails when the hub does.",
    .mend = "Mount a persistent volume at the cache (HF_HOME, HF_HUB_CACHE or --download-dir).",
    .rows = "STO-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
