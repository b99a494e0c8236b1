// The images that a Deployment's containers run stay the same when the tags that the lab calls
// moving are moved by their publisher: a counterfactual run, compared by image digest.
#include <fmt/format.h>

#include <map>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/workload.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    {.name = "horizon",
     .type = SpecType::kDuration,
     .description = "how long the rerun lasts; the lab's horizon if left out"},
};

struct Pulled {
  std::string image, id;
};

// What each container was started from, in the first Pod that has an answer.
std::map<std::string, Pulled> images_of(const Workload& workload) {
  std::map<std::string, Pulled> out;
  for (const sim::ObjectPtr& pod : workload.all_pods()) {
    std::map<std::string, std::string> asked;
    for (const sim::Value& container : pod->document["spec"]["containers"].items()) {
      asked[container["name"].str()] = container["image"].str();
    }
    for (const sim::Value& status : pod->document["status"]["containerStatuses"].items()) {
      const std::string container = status["name"].str();
      if (status["imageID"].empty()) continue;
      out.emplace(container, Pulled{asked[container], status["imageID"].str()});
    }
  }
  return out;
}

// "registry.example.com/ai/vllm@sha256:0123…" → "sha256:0123456789ab"
std::string short_id(std::string_view id) {
  const std::size_t start = id.rfind("sha256:");
  return std::string(start == std::string_view::npos ? id.substr(0, 60) : id.substr(start, 19));
}

}  // namespace

constexpr SpecTable kImagePinnedParams = {"image-pinned", "", kFields};

Result<Finding> image_pinned(CheckContext& context, const Params& params) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::string expected =
      "the same image, byte for byte, whenever and wherever a container is started";
  VariantSpec moved;
  moved.tags_moved = true;
  moved.horizon = params.duration_or("horizon", {});
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const auto today = Workload::find(run->store(), ns, name);
  if (!today) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const auto before = images_of(*today);
  if (before.empty()) {
    return Finding::fail(deployment_trouble(*run, ns, name), expected,
                         "no container was started: ");
  }
  INFERLAB_TRY(sim::Cluster* const later_run, context.run(moved));
  const auto later = Workload::find(later_run->store(), ns, name);
  const auto after = later ? images_of(*later) : std::map<std::string, Pulled>();
  for (const auto& [container, pulled] : before) {
    const auto other = after.find(container);
    if (other != after.end() && other->second.id == pulled.id) continue;
    return Finding::fail(
        fmt::format("container {}: {} ran {} today and {} after its publisher pushed again",
                    container, pulled.image, short_id(pulled.id),
                    other == after.end() ? "nothing" : short_id(other->second.id)),
        expected);
  }
  return Finding::pass(
      fmt::format("{} container(s) ran the same image in both runs", before.size()));
}

}  // namespace inferlab::labs
