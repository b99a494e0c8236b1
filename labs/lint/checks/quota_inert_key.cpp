// quota-inert-key: a ResourceQuota's key that the quota controller counts nothing under.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

// Source: Kubernetes documentation, "Resource Quotas": for extended resources only keys with the
// prefix requests. are allowed to mean anything.
constexpr std::string_view kStorage = ".storageclass.storage.k8s.io/";

std::string why_inert(std::string_view key, const Context& context) {
  const std::size_t storage = key.find(kStorage);
  if (storage != std::string_view::npos) {
    const std::string name(key.substr(0, storage));
    if (!context.storage_classes || context.storage_classes->count(name) > 0) return {};
    return fmt::format("there is no StorageClass \"{}\"", name);
  }
  if (key.find('/') == std::string_view::npos || key.starts_with("count/")) return {};
  if (key.starts_with("requests.")) return {};
  return "extended resources are counted by their requests alone";
}

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Object* quota : bundle.of_kind("ResourceQuota")) {
    const sim::Value& hard = quota->value["spec"]["hard"];
    for (const sim::Value::Member& member : hard.members()) {
      const std::string why = why_inert(member.key, context);
      if (why.empty()) continue;
      report.add(*quota, "spec.hard." + member.key,
                 fmt::format("\"{}\" is never counted: {}", member.key, why));
    }
  }
}

}  // namespace

const Check kQuotaInertKey = {
    .id = "quota-inert-key",
    .tier = Tier::kContext,
    .severity = Severity::kWarning,
    .title = "a quota on something that is never counted",
    .why =
        "It looks like a limit on GPUs and is none: quota counts extended resources by their "
        "requests alone, and storage by classes that exist.",
    .mend = "Use requests.nvidia.com/gpu, and the name of a StorageClass of the cluster.",
    .rows = "TRP-03",
    .run = run,
};

}  // namespace inferlab::labs::lint
