// Nobody grants what he has not: roles are written by those who have all of their rules, or the
// verb `escalate`; bindings by those who have all rules of the role, or the verb `bind` for it.
// Source: Kubernetes documentation, "Using RBAC Authorization", "Privilege escalation prevention
// and bootstrapping"; pkg/registry/rbac of 1.32.
#include <fmt/format.h>

#include "sim/api/access/rbac.h"
#include "sim/api/access/rule_cover.h"
#include "sim/api/admission/rules.h"
#include "sim/api/status.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim::admission {
namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

// Of what the garbage collector needs alone: no right is given by it.
bool changes_only_bookkeeping(const Value& object, const Value& old) {
  if (old.is_null()) return false;
  const auto rest = [](Value one) {
    for (const char* field :
         {"ownerReferences", "finalizers", "managedFields", "resourceVersion", "generation"}) {
      one = one.without_path({"metadata", field});
    }
    return one;
  };
  return rest(object) == rest(old);
}

// Of roles that bindings name and that are not there, so that the rights may be more than is seen.
std::string resolution_errors(const Store& store, const Subject& who, const std::string& ns) {
  AccessRequest nothing;
  nothing.ns = ns;
  std::string reason = authorize(store, who, nothing).reason;
  constexpr std::string_view kPrefix = "RBAC: ";
  if (!reason.starts_with(kPrefix)) return {};
  reason.erase(0, kPrefix.size());
  const bool several = reason.find(", ") != std::string::npos;
  return fmt::format("; resolution errors: [{}]", several ? "[" + reason + "]" : reason);
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " ") + shown(Value(text));
  return "[" + out + "]";
}

// What stands against `who` giving these rules away in `ns`; empty: nothing.
std::string escalation(const Store& store, const Subject& who, const std::string& ns,
                       const Value& rules) {
  const std::vector<std::string> missing = missing_rights(rules_of(store, who, ns), rules);
  if (missing.empty()) return {};
  return fmt::format(
      "user {} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}{}",
      shown(Value(who.user)), quoted_list(who.groups), fmt::join(missing, "\n"),
      resolution_errors(store, who, ns));
}

bool is_allowed(const Store& store, const Subject& who, const char* verb, std::string_view resource,
                const std::string& ns, const std::string& name) {
  AccessRequest access;
  access.verb = verb;
  access.group = kGroup;
  access.resource = resource;
  access.ns = ns;
  access.name = name;
  return authorize(store, who, access).allowed;
}

Value everything() {
  const Value all = Value::array({"*"});
  return Value::array({Value::object({{"verbs", all}, {"apiGroups", all}, {"resources", all}}),
                       Value::object({{"verbs", all}, {"nonResourceURLs", all}})});
}

std::optional<ApiResponse> check_role(Admission& admission, const Subject& who) {
  const Call& call = admission.call;
  const Value& object = admission.object;
  const std::string& ns = call.request.ns;
  // A name that is yet to be made is no name to be allowed by.
  const std::string name = admission.creates() ? std::string() : call.request.name;
  if (is_allowed(call.store(), who, "escalate", call.kind.plural, ns, name) ||
      changes_only_bookkeeping(object, admission.old)) {
    return std::nullopt;
  }
  const std::string why = escalation(call.store(), who, ns, object["rules"]);
  if (!why.empty()) return admission.refuse(why);
  const bool aggregates = object.has("aggregationRule") || admission.old.has("aggregationRule");
  if (aggregates && !escalation(call.store(), who, ns, everything()).empty())
    return admission.refuse("must have cluster-admin privileges to use the aggregationRule");
  return std::nullopt;
}

std::optional<ApiResponse> check_binding(Admission& admission, const Subject& who) {
  const Call& call = admission.call;
  const Value& ref = admission.object["roleRef"];
  const std::string ns = call.kind.namespaced ? call.request.ns : std::string();
  const bool cluster = ref["kind"].as_string() == "ClusterRole";
  if (!cluster && ref["kind"].as_string() != "Role") return std::nullopt;  // validation says so
  const std::string name = ref["name"].str();
  const std::string resource = cluster ? "clusterroles" : "roles";
  if (is_allowed(call.store(), who, "bind", resource, ns, name) ||
      changes_only_bookkeeping(admission.object, admission.old)) {
    return std::nullopt;
  }
  const ObjectPtr role = call.store().get(
      {fmt::format("{}.{}", resource, kGroup), cluster ? std::string() : ns, name});
  if (role == nullptr)
    return not_found(fmt::format("{}.{}", cluster ? "clusterrole" : "role", kGroup), name);
  const std::string why = escalation(call.store(), who, ns, role->document["rules"]);
  if (why.empty()) return std::nullopt;
  return admission.refuse(why);
}

}  // namespace

std::optional<ApiResponse> check_escalation(Admission& admission) {
  const Kind& kind = admission.call.kind;
  const ApiRequest& request = admission.call.request;
  // Components are trusted: their real counterparts have these verbs.
  if (kind.group != kGroup || request.groups.empty()) return std::nullopt;
  const Subject who{request.user, groups_of(request.user, request.groups)};
  if (who.is_master()) return std::nullopt;
  const bool role = kind.kind == "Role" || kind.kind == "ClusterRole";
  return role ? check_role(admission, who) : check_binding(admission, who);
}

}  // namespace inferlab::sim::admission
