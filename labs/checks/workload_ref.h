#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/kind.h"
#include "sim/api/store.h"

namespace inferlab::labs {

/// An object as labs name it: "Deployment default/vllm", "Node gpu-0".
struct ObjectRef {
  std::string resource;  // "deployments.apps"
  std::string ns, name;
};

/// nullopt: it is no KIND NAME or KIND NAMESPACE/NAME of a kind that there is, nor of one of
/// kAddOnWorkloads with its namespace. Without a namespace an object of a namespaced kind lies in
/// default.
std::optional<ObjectRef> object_ref(std::string_view text,
                                    const sim::KindTable& kinds = sim::KindTable::builtin());

/// The Pods that there are of a workload that has spec.selector (or of a Job, which gets one), or
/// the Pod itself, by name.
std::vector<sim::ObjectPtr> pods_of(const sim::Store& store, const ObjectRef& workload);

}  // namespace inferlab::labs
