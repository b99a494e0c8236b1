// image-registry-unapproved: an image from a registry that the platform does not approve.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (!context.approved_registries) return;
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const bool approved = std::any_of(
          context.approved_registries->begin(), context.approved_registries->end(),
          [&](const std::string& prefix) { return container.image.starts_with(prefix); });
      if (approved || container.image.empty()) continue;
      report.add(*workload.object, container.at("image"),
                 fmt::format("image \"{}\" of container \"{}\" begins with no approved registry",
                             container.image, container.name));
    }
  }
}

}  // namespace

const Check kImageRegistryUnapproved = {
    .id = "image-registry-unapproved",
    .tier = Tier::kContext,
    .severity = Severity::kWarning,
    .title = "an image from a registry that the platform does not approve",
    .why =
        "Whoever can push to that registry runs code next to the weights, the prompts and the GPU "
        "driver.",
    .mend = "Mirror the image into an approved registry and pull it from there.",
    .rows = "SEC-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
