// secret-in-env-literal: a secret that is written out in an environment variable.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

bool names_secret(std::string_view name) {
  constexpr std::string_view kEnds[] = {"TOKEN", "PASSWORD", "SECRET", "KEY"};
  return std::any_of(std::begin(kEnds), std::end(kEnds), [&](std::string_view end) {
    return name == end || (name.size() > end.size() && name.ends_with(end) &&
                           name[name.size() - end.size() - 1] == '_');
  });
}

// $(OTHER) refers to another variable, and a path to a file that is mounted.
bool is_literal(std::string_view value) {
  return !value.empty() && !(value.starts_with("$(") && value.ends_with(")")) &&
         value.front() != '/';
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const sim::Value& env = container.value["env"];
      for (std::size_t i = 0; i < env.size(); ++i) {
        const std::string_view name = env[i]["name"].as_string();
        if (!names_secret(name) || !is_literal(env[i]["value"].as_string())) continue;
        // The value itself goes into no report.
        report.add(*workload.object, container.at(fmt::format("env[{}]", i)),
                   fmt::format("{} of container \"{}\" is written out", name, container.name));
      }
    }
  }
}

}  // namespace

const Check kSecretInEnvLiteral = {
    .id = "secret-in-env-literal",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a secret that is written out in an environment variable",
    .why =
        "It is in the repository, in every `kubectl describe` and in the audit log; it cannot be "
        "changed without a release.",
    .mend = "Keep it in a Secret and refer to it with secretKeyRef.",
    .rows = "K8S-20",
    .run = run,
};

}  // namespace inferlab::labs::lint
