#pragma once

#include "sim/api/api.h"
#include "sim/cluster/cluster.h"

namespace inferlab::sim {

/// A request in the name of `request.user` and his groups, who is a client like any other: what the
/// roles do not allow him is answered with 403, as the HTTP face of the API answers it, and so told
/// in the audit log. What is allowed goes on to Cluster::request(). On the run's thread.
/// Source: Kubernetes documentation, "Controlling Access to the Kubernetes API".
ApiResponse request_of_client(Cluster& cluster, const ApiRequest& request);

/// What a request is answered with whose token is worth nothing, as the HTTP face answers it: 401,
/// and the audit log says so. On the run's thread.
ApiResponse request_of_nobody(Cluster& cluster, const ApiRequest& request);

/// "get", "deletecollection" …: the verb of a request, as rules of access name it.
std::string_view verb_word(const ApiRequest& request);

/// Whether the token of a service account ("system:serviceaccount:NAMESPACE:NAME"), made when the
/// account had the uid `account_uid`, still holds; `secret`, where it is not empty, names the
/// Secret that it is bound to, whose uid was `secret_uid`. Empty uids: whatever is there now.
/// Source: Kubernetes documentation, "Managing Service Accounts", "Bound service account tokens".
bool token_holds(const Store& store, std::string_view user, std::string_view account_uid,
                 std::string_view secret, std::string_view secret_uid);

/// The account's object, or the Secret of its namespace called `secret`; nullptr: `user` is no
/// service account, or it is not there.
ObjectPtr behind_token(const Store& store, std::string_view user, std::string_view secret);

}  // namespace inferlab::sim
