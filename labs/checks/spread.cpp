// How the Pods of a workload lie over the nodes, or over what a label of theirs names, at a time:
// at most so many in one place.
#include <fmt/format.h>

#include <map>
#include <string>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/trouble.h"
#include "labs/checks/workload_ref.h"
#include "sim/api/views.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "at",
     .type = kDuration,
     .description = "when it is looked at; the end of the run if left out"},
    {.name = "at_least",
     .type = kInteger,
     .description = "Pods there must be on nodes; 2 if left out",
     .minimum = 1},
    {.name = "at_most",
     .type = kInteger,
     .description = "Pods in one place; 1 if left out",
     .minimum = 1},
    change_param(/*required=*/false),
    {.name = "topology", .description = "a label of nodes; kubernetes.io/hostname if left out"},
    {.name = "workload", .description = "Deployment NAMESPACE/NAME", .required = true},
};

}  // namespace

constexpr SpecTable kSpreadParams = {"spread", "", kFields};

Result<Finding> spread(CheckContext& context, const Params& params) {
  const std::string workload = params.text("workload");
  const std::string topology = params.text_or("topology", "kubernetes.io/hostname");
  const std::int64_t most = params.integer_or("at_most", 1);
  const std::int64_t least = params.integer_or("at_least", 2);
  const auto ref = object_ref(workload);
  if (!ref) return Error{ErrorKind::kInvalid, fmt::format("workload: \"{}\" is none", workload)};
  const std::string expected = fmt::format("{} Pods or more of {} on nodes, at most {} in one {}",
                                           least, workload, most, topology);
  VariantSpec variant = variant_from(params.value("change"));
  if (params.has("at")) variant.horizon = params.duration("at");
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant));
  std::map<std::string, std::int64_t> places;
  std::int64_t placed = 0;
  for (const sim::ObjectPtr& pod : pods_of(run->store(), *ref)) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (view.node_name.empty() || view.terminal() || view.meta.deletion_timestamp) continue;
    const sim::ObjectPtr node = run->store().get({"nodes", "", view.node_name});
    if (node == nullptr) continue;
    ++places[node->document["metadata"]["labels"][topology].str()];
    ++placed;
  }
  if (placed < least) {
    const Trouble trouble = deployment_trouble(*run, ref->ns, ref->name);
    const std::string count = fmt::format("{} Pod(s) on nodes", placed);
    return trouble.any() ? Finding::fail(trouble, expected, count + ": ")
                         : Finding::fail(count, expected);
  }
  for (const auto& [place, count] : places) {
    if (count <= most) continue;
    return Finding::fail(fmt::format("{} of {} Pods lie in {}", count, placed, place), expected);
  }
  return Finding::pass(fmt::format("{} Pods in {} places", placed, places.size()));
}

}  // namespace inferlab::labs
