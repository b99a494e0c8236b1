// env-duplicate: an environment variable that stands twice in one container's env.
#include <fmt/format.h>

#include <map>

#include "labs/lint/checks/checks.h"
#include "labs/lint/value_path.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      std::map<std::string, std::size_t, std::less<>> seen;
      // As it is written: what the API server keeps of it is one.
      const sim::Value env = value_at(workload.object->written, container.at("env"));
      for (std::size_t i = 0; i < env.size(); ++i) {
        const std::string name = env[i]["name"].str();
        const auto [first, is_new] = seen.emplace(name, i);
        if (is_new) continue;
        report
            .add(*workload.object, container.at(fmt::format("env[{}]", i)),
                 fmt::format("{} stands twice in container \"{}\"", name, container.name))
            .fixes = {
            {Fix::Kind::kRemove, container.at(fmt::format("env[{}]", first->second)), {}}};
        first->second = i;
      }
    }
  }
}

}  // namespace

const Check kEnvDuplicate = {
    .id = "env-duplicate",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "an environment variable that is given twice",
    .why = "The last one counts: who changes the first wonders why nothing happens.",
    .mend = "Keep the one that is meant.",
    .rows = "K8S-21",
    .run = run,
};

}  // namespace inferlab::labs::lint
