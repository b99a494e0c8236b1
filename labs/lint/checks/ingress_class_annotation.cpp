// ingress-class-annotation: the deprecated annotation kubernetes.io/ingress.class.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  constexpr std::string_view kKey = "kubernetes.io/ingress.class";
  for (const Object* ingress : bundle.of_kind("Ingress")) {
    const sim::Value& old = ingress->value["metadata"]["annotations"][kKey];
    if (old.is_null()) continue;
    report.add(*ingress, "metadata.annotations",
               fmt::format("the class \"{}\" is named by an annotation", old.as_string()));
  }
}

}  // namespace

const Check kIngressClassAnnotation = {
    .id = "ingress-class-annotation",
    .tier = Tier::kStatic,
    .severity = Severity::kNote,
    .title = "the deprecated annotation kubernetes.io/ingress.class",
    .why =
        "Controllers stop reading it one by one: the Ingress is then served by nobody, or by "
        "another controller that takes what has no class.",
    .mend = "Write spec.ingressClassName.",
    .rows = "TRP-13",
    .run = run,
};

}  // namespace inferlab::labs::lint
