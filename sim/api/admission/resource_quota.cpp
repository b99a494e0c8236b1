// ResourceQuota: what a write costs must fit under the quotas of its namespace, as their status
// says it; the cost is charged to them as the write is stored.
// Source: Kubernetes documentation, "Resource Quotas"; the texts are those of Kubernetes 1.32.
#include <algorithm>
#include <map>
#include <set>

#include "sim/api/admission/rules.h"
#include "sim/api/quota_usage.h"

namespace inferlab::sim::admission {
namespace {

// "pods=1,requests.cpu=2" of these names.
std::string shown(const Resources& amounts, const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    const auto found = amounts.find(name);
    if (found == amounts.end()) continue;
    out += (out.empty() ? "" : ",") + name + "=" + found->second.str();
  }
  return out;
}

std::string shown(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

// Whether a write of this kind is charged at all.
bool is_charged(const Admission& admission) {
  if (admission.creates()) return true;
  if (admission.is("", "Service") || admission.is("", "PersistentVolumeClaim")) return true;
  return admission.is("", "Pod") &&
         is_terminating_scope(admission.object) != is_terminating_scope(admission.old);
}

// A quota on CPU or memory asks every container to state them. Source: Kubernetes documentation,
// "Resource Quotas", "Compute Resource Quota".
std::string missing_amounts(const std::set<std::string>& limited, const Value& pod) {
  std::map<std::string, std::set<std::string>> without;  // containers, by resource
  for (const char* list : {"containers", "initContainers"}) {
    for (const Value& container : pod["spec"][list].items()) {
      const Value& resources = container["resources"];
      for (const std::string& name : limited) {
        const bool is_limit = name.starts_with("limits.");
        const std::string plain = name.substr(name.find('.') + 1);
        if (plain != "cpu" && plain != "memory") continue;
        if (!resources[is_limit ? "limits" : "requests"].has(plain))
          without[name].insert(container["name"].str());
      }
    }
  }
  std::string out;
  for (const auto& [name, containers] : without)
    out += (out.empty() ? "" : "; ") + name + " for: " + shown(containers);
  return out.empty() ? out : "must specify " + out;
}

// What the write adds to what the quota has counted; nothing is ever given back here.
Resources cost_to(const StoredObject& quota, const Admission& admission) {
  const Kind& kind = admission.call.kind;
  const Time now = admission.call.now();
  Resources out = quota_usage(kind, admission.object, now);
  if (!admission.creates() && quota_scopes_fit(quota.document["spec"], kind, admission.old)) {
    for (const auto& [name, amount] : quota_usage(kind, admission.old, now)) {
      const auto found = out.find(name);
      if (found == out.end()) continue;
      found->second -= amount;
    }
  }
  std::erase_if(out, [](const auto& entry) { return entry.second <= Quantity(); });
  return out;
}

std::optional<ApiResponse> charge(Admission& admission, const StoredObject& quota) {
  const Kind& kind = admission.call.kind;
  const Value& document = quota.document;
  const Resources hard = resources_from(document["status"]["hard"]);
  const Resources used = resources_from(document["status"]["used"]);
  std::set<std::string> limited;
  for (const auto& [name, most] : hard) {
    if (is_counted_as(kind, name)) limited.insert(name);
  }
  if (limited.empty() || !quota_scopes_fit(document["spec"], kind, admission.object))
    return std::nullopt;
  const std::string& name = quota.key.name;
  if (admission.is("", "Pod")) {
    if (const std::string fault = missing_amounts(limited, admission.object); !fault.empty())
      return admission.refuse("failed quota: " + name + ": " + fault);
  }
  if (std::any_of(limited.begin(), limited.end(),
                  [&used](const std::string& one) { return !used.contains(one); })) {
    return admission.refuse("status unknown for quota: " + name + ", resources: " + shown(limited));
  }
  const Resources cost = cost_to(quota, admission);
  Resources after = used;
  std::set<std::string> exceeded;
  bool charged = false;
  for (const auto& [resource, amount] : cost) {
    if (!limited.contains(resource)) continue;
    Quantity& total = after[resource];
    total += amount;
    charged = true;
    if (total > hard.at(resource)) exceeded.insert(resource);
  }
  if (!exceeded.empty()) {
    return admission.refuse("exceeded quota: " + name + ", requested: " + shown(cost, exceeded) +
                            ", used: " + shown(used, exceeded) +
                            ", limited: " + shown(hard, exceeded));
  }
  if (charged) {
    admission.call.charges.emplace_back(quota.key,
                                        document.with_path({"status", "used"}, to_value(after)));
  }
  return std::nullopt;
}

}  // namespace

std::optional<ApiResponse> check_quota(Admission& admission) {
  Call& call = admission.call;
  if (!has_quota(call.kind) || !is_charged(admission)) return std::nullopt;
  for (const ObjectPtr& quota : call.store().list("resourcequotas", call.request.ns)) {
    if (auto refused = charge(admission, *quota)) {
      call.charges.clear();
      return refused;
    }
  }
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
