// namespace-default: an object in the namespace default.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object& object : bundle.objects()) {
    if (object.ns != "default") continue;
    const bool is_written = !object.written["metadata"]["namespace"].empty();
    // Of a kind that nobody knows here it may be that it lies in none.
    if (object.served_as == nullptr && !is_written) continue;
    report.add(object, "metadata.namespace",
               is_written ? "is put into the namespace default" : "names no namespace");
  }
}

}  // namespace

const Check kNamespaceDefault = {
    .id = "namespace-default",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "an object in the namespace default",
    .why =
        "Quotas, policies and rights are given by namespace: what lies in default shares it with "
        "everything that somebody forgot.",
    .mend = "Name a namespace.",
    .rows = "K8S-14",
    .run = run,
};

}  // namespace inferlab::labs::lint
