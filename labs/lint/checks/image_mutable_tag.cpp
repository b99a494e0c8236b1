// image-mutable-tag: an image that can change under the same name.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

constexpr std::string_view kMoving[] = {"latest",  "stable", "main", "master",
                                        "nightly", "edge",   "dev"};

// What is not fixed about it; empty: it names one image for ever.
std::string what_moves(std::string_view image) {
  if (image.find('@') != std::string_view::npos) return {};
  // A colon before the last slash is a port: "registry:5000/vllm".
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon == std::string_view::npos) return "has no tag, which means latest";
  const std::string_view tag = image.substr(colon + 1);
  const bool moves = std::find(std::begin(kMoving), std::end(kMoving), tag) != std::end(kMoving);
  return moves ? fmt::format("has the moving tag \"{}\"", tag) : std::string();
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const std::string what = what_moves(container.image);
      if (container.image.empty() || what.empty()) continue;
      report.add(*workload.object, container.at("image"),
                 fmt::format("image \"{}\" of container \"{}\" {}", container.image, container.name,
                             what));
    }
  }
}

}  // namespace

const Check kImageMutableTag = {
    .id = "image-mutable-tag",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "an image that can change under the same name",
    .why =
        "A Pod that is restarted months later pulls another engine than its neighbours run: "
        "answers, memory use and flags differ between replicas, and a rollback has nothing to go "
        "back to.",
    .mend = "Pin the image to a version, best with its digest (name:1.2.3@sha256:…).",
    .rows = "RT-01 TRP-04",
    .run = run,
};

}  // namespace inferlab::labs::lint
