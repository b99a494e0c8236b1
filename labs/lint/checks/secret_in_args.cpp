// secret-in-args: a secret on a command line.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/secret_words.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      for (const SecretWord& word : secret_words(container.value)) {
        // The value itself goes into no report.
        report.add(
            *workload.object, container.at(word.path),
            fmt::format("container \"{}\" gets {} on its command line", container.name, word.what));
      }
    }
  }
}

}  // namespace

const Check kSecretInArgs = {
    .id = "secret-in-args",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a secret on a command line",
    .why = "It is in the repository, in `kubectl describe`, and in the process list of the node.",
    .mend =
        "Keep it in a Secret, give it as a variable with secretKeyRef, and let the server read the "
        "variable.",
    .rows = "K8S-20",
    .run = run,
};

}  // namespace inferlab::labs::lint
