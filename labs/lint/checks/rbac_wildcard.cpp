// rbac-wildcard: a role with * in verbs or resources.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

bool has_wildcard(const sim::Value& words) {
  return std::any_of(words.items().begin(), words.items().end(), [](const sim::Value& word) {
    return word.as_string() == "*" || word.as_string().starts_with("*/");
  });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object& object : bundle.objects()) {
    if (object.kind != "Role" && object.kind != "ClusterRole") continue;
    const sim::Value& rules = object.value["rules"];
    for (std::size_t i = 0; i < rules.size(); ++i) {
      for (const char* field : {"verbs", "resources"}) {
        if (!has_wildcard(rules[i][field])) continue;
        report.add(object, fmt::format("rules[{}].{}", i, field),
                   fmt::format("{} of a rule has *", field));
      }
    }
  }
}

}  // namespace

const Check kRbacWildcard = {
    .id = "rbac-wildcard",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a role with * in verbs or resources",
    .why =
        "It grants what nobody has thought of, Secrets and whatever is installed next year "
        "included.",
    .mend = "List the verbs and resources that are used.",
    .rows = "SEC-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
