// Every LLM server that a Deployment came to run loads `model`, at a revision that the hub's owner
// does not move: one the lab's hub has besides main. vLLM takes main when no revision is given.
// Source: vLLM documentation, "Engine Arguments".
#include <fmt/format.h>

#include <algorithm>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/llm_containers.h"
#include "labs/checks/workload.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    {.name = "model", .description = "id of the model that must be served", .required = true},
};

bool is_fixed(const std::string& revision, const LabSpec& lab, const std::string& model) {
  for (const sim::ModelSpec& known : lab.cluster.models) {
    if (known.id != model) continue;
    return std::find(known.revisions.begin(), known.revisions.end(), revision) !=
           known.revisions.end();
  }
  return false;
}

}  // namespace

constexpr SpecTable kModelPinnedParams = {"model-pinned", "", kFields};

Result<Finding> model_pinned(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::string model = params.text("model");
  const std::string expected = fmt::format(
      "{} at a revision that nobody can move, so that every start loads the same weights", model);
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const std::vector<LlmContainer> servers = llm_containers(workload->all_pods(), *run);
  if (servers.empty()) {
    const Trouble trouble = deployment_trouble(*run, ns, name);
    if (trouble.any()) return Finding::fail(trouble, expected, "no LLM server came to run: ");
    return Finding::fail(fmt::format("{} runs no LLM server", workload->name()), expected);
  }
  for (const LlmContainer& server : servers) {
    const std::string who = fmt::format("container {} of Pod {}", server.container, server.pod);
    if (server.args.model != model) {
      return Finding::fail(fmt::format("{} loads {}", who, server.args.model), expected);
    }
    const std::string& revision = server.args.revision;
    if (revision.empty() || revision == "main" || !is_fixed(revision, context.lab(), model)) {
      return Finding::fail(fmt::format("{} loads revision {}", who,
                                       revision.empty() ? "main (none is given)" : revision),
                           expected);
    }
  }
  return Finding::pass(
      fmt::format("{} server(s) at revision {}", servers.size(), servers.front().args.revision));
}

}  // namespace inferlab::labs
