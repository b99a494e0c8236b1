#include "sim/cluster/client_request.h"

#include <fmt/format.h>

#include <array>

#include "sim/api/access/rbac.h"
#include "sim/api/status.h"
#include "sim/cluster/audit_log.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kAccountPrefix = "system:serviceaccount:";
constexpr std::array<std::string_view, 7> kVerbs = {"get",   "list",   "create",          "update",
                                                    "patch", "delete", "deletecollection"};

AccessRequest access_of(const ApiRequest& request) {
  AccessRequest out;
  out.verb = verb_word(request);
  const std::size_t dot = request.resource.find('.');
  out.resource = request.resource.substr(0, dot);
  if (dot != std::string::npos) out.group = request.resource.substr(dot + 1);
  out.subresource = request.subresource;
  out.ns = request.ns;
  out.name = request.name;
  // A Namespace is in itself, so that who may do all in it may read it.
  if (request.resource == "namespaces") out.ns = request.name;
  return out;
}

bool same_uid(const ObjectPtr& object, std::string_view uid) {
  return object != nullptr &&
         (uid.empty() || object->document["metadata"]["uid"].as_string() == uid);
}

}  // namespace

std::string_view verb_word(const ApiRequest& request) {
  return kVerbs.at(static_cast<std::size_t>(request.verb));
}

ApiResponse request_of_client(Cluster& cluster, const ApiRequest& request) {
  const Subject subject{request.user, groups_of(request.user, request.groups)};
  ApiRequest asked = request;
  asked.groups = subject.groups;
  if (subject.is_master()) return cluster.request(asked);
  const AccessRequest access = access_of(asked);
  const AccessDecision decision = authorize(cluster.store(), subject, access);
  if (decision.allowed) return cluster.request(asked);
  const ApiResponse refused =
      forbidden(request.resource, request.name, refusal_text(subject, access, decision));
  cluster.audit().add(asked, refused, /*allowed=*/false);
  return refused;
}

ApiResponse request_of_nobody(Cluster& cluster, const ApiRequest& request) {
  ApiRequest asked = request;
  if (asked.name.empty()) asked.name = request.body["metadata"]["name"].str();
  cluster.audit().add_unauthenticated(access_of(asked), {},
                                      "Authentication failed, attempted: bearer",
                                      {request.source_ip, request.user_agent});
  return status_failure(401, "Unauthorized", "Unauthorized");
}

ObjectPtr behind_token(const Store& store, std::string_view user, std::string_view secret) {
  if (!user.starts_with(kAccountPrefix)) return nullptr;
  user.remove_prefix(kAccountPrefix.size());
  const std::size_t colon = user.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const std::string ns(user.substr(0, colon));
  if (!secret.empty()) return store.get({"secrets", ns, std::string(secret)});
  return store.get({"serviceaccounts", ns, std::string(user.substr(colon + 1))});
}

bool token_holds(const Store& store, std::string_view user, std::string_view account_uid,
                 std::string_view secret, std::string_view secret_uid) {
  if (!same_uid(behind_token(store, user, {}), account_uid)) return false;
  return secret.empty() || same_uid(behind_token(store, user, secret), secret_uid);
}

}  // namespace inferlab::sim
