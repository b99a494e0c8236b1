// readiness-not-load-aware: a readiness probe that does not see whether the model is loaded.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "sim/node/shell_words.h"

namespace inferlab::labs::lint {
namespace {

// A command whose answer does not depend on the server.
bool is_constant(const sim::Value& command) {
  std::vector<std::string> words;
  for (const sim::Value& word : command.items()) words.push_back(word.str());
  const std::string* line = sim::shell_line(words);
  if (line != nullptr) words = sim::shell_words(*line);
  if (words.empty()) return true;
  const std::string_view name = sim::base_name(words.front());
  return name == "true" || name == ":" || name == "echo" || name == "sleep" || name == "date" ||
         name == "exit" || name == "printf" || name == "hostname" || name == "ls" || name == "pwd";
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.runs_for_ever()) continue;
    for (const Container& container : workload.containers) {
      const sim::Value& probe = container.value["readinessProbe"];
      if (!container.model || probe.is_null()) continue;
      std::string what;
      if (probe.has("tcpSocket")) what = "asks only whether the port is open";
      if (probe.has("exec") && is_constant(probe["exec"]["command"])) {
        what = "runs a command that always succeeds";
      }
      if (what.empty()) continue;
      report.add(*workload.object, container.at("readinessProbe"),
                 fmt::format("readiness of container \"{}\" {}", container.name, what));
    }
  }
}

}  // namespace

const Check kReadinessNotLoadAware = {
    .id = "readiness-not-load-aware",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a readiness probe that does not see whether the model is loaded",
    .why =
        "An open port or a command that always succeeds says Ready minutes before the first token "
        "can be made.",
    .mend = "Ask the server: httpGet /health, which answers 200 once the model is loaded.",
    .rows = "PRB-02 FLR-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
