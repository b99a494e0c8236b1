// ImageLocality: prefers nodes that have the Pod's images already, the more the larger they are. An
// image counts for less the fewer nodes have it, so that Pods do not heap up on one node.
// Source: kube-scheduler, ImageLocality: 23 MiB count as nothing, 1000 MiB for each container as
// all.
#include <algorithm>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "ImageLocality";
constexpr std::int64_t kMiB = std::int64_t{1024} * 1024;
constexpr std::int64_t kLeast = 23 * kMiB;
constexpr std::int64_t kMostPerContainer = 1000 * kMiB;

struct Cluster final : CycleState::Data {
  Cluster(const ImageTable& table, std::size_t nodes) : images(&table), num_nodes(nodes) {}
  const ImageTable* images;
  std::size_t num_nodes;
};

class ImageLocality final : public Plugin {
 public:
  std::string_view name() const override { return kName; }
  Reach score_reach() const override { return Reach::kNode; }
  bool scores_are_final() const override { return true; }

  Status pre_score(CycleState& state, const PodInfo& /*pod*/, const ClusterView& cluster,
                   SlotSpan /*feasible*/) const override {
    state.put(kName, std::make_unique<Cluster>(cluster.images, cluster.nodes.size()));
    return Status::success();
  }
  std::int64_t score(const CycleState& state, const PodInfo& pod,
                     const NodeInfo& node) const override {
    const Cluster& cluster = *state.get<Cluster>(kName);
    std::int64_t sum = 0;
    for (const std::string& image : pod.spec->images) {
      const bool present =
          std::any_of(node.images.begin(), node.images.end(),
                      [&image](const NodeImage& one) { return one.name == image; });
      const auto known = cluster.images->find(image);
      if (!present || known == cluster.images->end()) continue;
      const double spread =
          static_cast<double>(known->second.nodes.size()) / static_cast<double>(cluster.num_nodes);
      sum += static_cast<std::int64_t>(static_cast<double>(known->second.size) * spread);
    }
    const std::int64_t most =
        kMostPerContainer * static_cast<std::int64_t>(pod.spec->images.size());
    return kMaxNodeScore * (std::clamp(sum, kLeast, most) - kLeast) / (most - kLeast);
  }
};

}  // namespace

std::unique_ptr<Plugin> make_image_locality(const SchedulerProfile& /*profile*/) {
  return std::make_unique<ImageLocality>();
}

}  // namespace inferlab::sim
