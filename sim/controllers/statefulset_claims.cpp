#include "sim/controllers/statefulset_claims.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

bool names(const Value& reference, std::string_view api_version, std::string_view kind,
           std::string_view name) {
  return reference["apiVersion"].as_string() == api_version &&
         reference["kind"].as_string() == kind && reference["name"].as_string() == name;
}

bool names_set(const Value& reference, const ClaimHolders& holders) {
  return names(reference, "apps/v1", "StatefulSet", holders.set["metadata"]["name"].as_string());
}

bool names_pod(const Value& reference, const ClaimHolders& holders) {
  return names(reference, "v1", "Pod", holders.pod_name);
}

bool is_uid(const Value& reference, std::string_view uid) {
  return reference["uid"].as_string() == uid;
}

std::string_view set_uid(const ClaimHolders& holders) {
  return holders.set["metadata"]["uid"].as_string();
}

template <typename Condition>
bool any_owner(const Value& claim, const Condition& condition) {
  const auto& owners = claim["metadata"]["ownerReferences"].items();
  return std::any_of(owners.begin(), owners.end(), condition);
}

Value reference_to(const Value& api_version, const Value& kind, const Value& name,
                   const Value& uid) {
  return Value::object({{"apiVersion", api_version},
                        {"kind", kind},
                        {"name", name},
                        {"uid", uid},
                        {"controller", true},
                        {"blockOwnerDeletion", true}});
}

// A controller that is neither this set nor this Pod. With a policy that deletes nothing it does
// not matter who else controls the claim.
bool has_foreign_controller(const Value& claim, const ClaimHolders& holders) {
  if (!holders.deletes_when_scaled && !holders.deletes_when_deleted) return false;
  return any_owner(claim, [&holders](const Value& owner) {
    return !names_set(owner, holders) && !names_pod(owner, holders) &&
           owner["controller"].as_bool();
  });
}

}  // namespace

bool is_stale_claim(const Value& claim, const ClaimHolders& holders) {
  return any_owner(claim, [&holders](const Value& owner) {
    return names_pod(owner, holders) && !is_uid(owner, holders.pod_uid);
  });
}

std::optional<Value> claim_owners_to_set(const Value& claim, const ClaimHolders& holders) {
  const bool of_older_set = any_owner(claim, [&holders](const Value& owner) {
    return names_set(owner, holders) && !is_uid(owner, set_uid(holders));
  });
  if (of_older_set || is_stale_claim(claim, holders)) return std::nullopt;

  Value::Array kept;
  const Value& owners = claim["metadata"]["ownerReferences"];
  for (const Value& owner : owners.items()) {
    if (!names_set(owner, holders) && !names_pod(owner, holders)) kept.push_back(owner);
  }
  if (!has_foreign_controller(claim, holders)) {
    if (holders.deletes_when_scaled && holders.condemned) {
      kept.push_back(reference_to("v1", "Pod", holders.pod_name, holders.pod_uid));
    } else if (holders.deletes_when_deleted) {
      const Value& set = holders.set;
      kept.push_back(
          reference_to("apps/v1", "StatefulSet", set["metadata"]["name"], set["metadata"]["uid"]));
    }
  }
  Value wanted = kept.empty() ? Value() : Value::array(std::move(kept));
  const bool same = wanted == owners || (wanted.empty() && owners.empty());
  return same ? std::nullopt : std::optional<Value>(std::move(wanted));
}

}  // namespace inferlab::sim
