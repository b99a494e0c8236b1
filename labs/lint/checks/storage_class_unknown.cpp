// storage-class-unknown: a storage class that the cluster does not have.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/claims.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  if (!context.storage_classes) return;
  for (const Claim& claim : claims_of(bundle)) {
    const std::string name = claim.storage_class();
    if (name.empty() || context.storage_classes->count(name) > 0) continue;
    if (bundle.find("StorageClass", "", name) != nullptr) continue;
    report.add(*claim.object, claim.path + ".storageClassName",
               fmt::format("there is no StorageClass \"{}\"", name));
  }
}

}  // namespace

const Check kStorageClassUnknown = {
    .id = "storage-class-unknown",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "a storage class that the cluster does not have",
    .why = "The claim stays Pending, and every Pod that uses it.",
    .mend = "Name a class of the cluster: `kubectl get storageclass` lists them.",
    .rows = "K8S-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
