#include "sim/apiserver/authentication.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "sim/apiserver/answers.h"
#include "sim/apiserver/authorization.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kAccountPrefix = "system:serviceaccount:";

// Empty: no "Bearer" in the request.
std::string_view bearer_of(const HttpRequest& request) {
  std::string_view given = request.header("authorization");
  if (!given.starts_with("Bearer ")) return {};
  given.remove_prefix(std::string_view("Bearer ").size());
  return given;
}

bool holds_audience(const Value& audiences) {
  return std::ranges::any_of(audiences.items(),
                             [](const Value& one) { return one.as_string() == kTokenIssuer; });
}

// A token may be bound to an object, and is worth nothing without it.
bool bound_object_lives(const Value& bound, std::string_view resource, std::string_view ns,
                        const Store& store) {
  if (!bound.is_object()) return true;
  const ObjectPtr object = store.get({std::string(resource), std::string(ns), bound["name"].str()});
  return object != nullptr && object->document["metadata"]["uid"] == bound["uid"];
}

// What has to be allowed for a request in the name of `user`.
AccessRequest impersonation_of(std::string_view user) {
  AccessRequest access;
  access.verb = "impersonate";
  access.resource = "users";
  access.name = user;
  if (!user.starts_with(kAccountPrefix)) return access;
  const std::string_view account = user.substr(kAccountPrefix.size());
  const std::size_t colon = account.find(':');
  if (colon == std::string_view::npos) return access;
  access.resource = "serviceaccounts";
  access.ns = account.substr(0, colon);
  access.name = account.substr(colon + 1);
  return access;
}

}  // namespace

std::optional<Subject> subject_of_claims(const Value& claims, const Store& store, Time now) {
  const std::int64_t seconds = kEpochOfRun + now.time_since_epoch() / 1s;
  if (claims["iss"].as_string() != kTokenIssuer || !holds_audience(claims["aud"])) return {};
  if (claims["exp"].as_int() <= seconds || claims["nbf"].as_int() > seconds) return {};
  const Value& about = claims["kubernetes.io"];
  const std::string ns = about["namespace"].str();
  const Value& account = about["serviceaccount"];
  if (!account.is_object() || !bound_object_lives(account, "serviceaccounts", ns, store) ||
      !bound_object_lives(about["pod"], "pods", ns, store) ||
      !bound_object_lives(about["secret"], "secrets", ns, store)) {
    return {};
  }
  const std::string user = std::string(kAccountPrefix) + ns + ":" + account["name"].str();
  return Subject{user, groups_of(user, {})};
}

bool Authenticator::is_own(std::string_view token) const {
  // In constant time, so that the token cannot be found out byte by byte; its length is no secret.
  return token.size() == token_.size() &&
         CRYPTO_memcmp(token.data(), token_.data(), token.size()) == 0;
}

std::optional<Value> Authenticator::claims_of(std::string_view token) const {
  return signer_ ? signer_->read(token) : std::nullopt;
}

bool Authenticator::known(const HttpRequest& head) const {
  if (token_.empty()) return true;
  const std::string_view token = bearer_of(head);
  return !token.empty() && (is_own(token) || claims_of(token));
}

std::variant<Subject, HttpResponse> Authenticator::authenticate(const HttpRequest& request,
                                                                const RunDoor& door) const {
  const std::string_view token = bearer_of(request);
  if (!token.empty() && !is_own(token)) {
    if (const auto claims = claims_of(token)) {
      const auto subject = door.mailbox.call([&] {
        return subject_of_claims(*claims, door.api.store(), door.api.simulation().now());
      });
      if (!subject) return answers::run_has_ended();
      if (*subject) return **subject;
      return answers::unauthorized();
    }
  }
  if (token_.empty() || (!token.empty() && is_own(token))) return holder_;
  return answers::unauthorized();
}

std::variant<Subject, HttpResponse> impersonated(const HttpRequest& request, const Subject& subject,
                                                 const RunDoor& door) {
  const std::string_view as = request.header("impersonate-user");
  if (as.empty()) return subject;
  const std::vector<std::string> groups = request.header_values("impersonate-group");
  if (!subject.is_master()) {
    std::vector<AccessRequest> asked = {impersonation_of(as)};
    for (const std::string& group : groups) {
      AccessRequest& access = asked.emplace_back();
      access.verb = "impersonate";
      access.resource = "groups";
      access.name = group;
    }
    for (const AccessRequest& access : asked) {
      const auto decision =
          door.mailbox.call([&] { return authorize(door.api.store(), subject, access); });
      if (!decision) return answers::run_has_ended();
      if (!decision->allowed) return access_refused(subject, access, *decision);
    }
  }
  return Subject{std::string(as), groups_of(as, groups)};
}

}  // namespace inferlab::sim
