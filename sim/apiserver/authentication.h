#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/time.h"
#include "sim/api/access/rbac.h"
#include "sim/api/store.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/run_door.h"
#include "sim/apiserver/signed_token.h"

namespace inferlab::sim {

/// What the API server calls itself in tokens, and whom they are for unless they say otherwise.
inline constexpr std::string_view kTokenIssuer = "https://kubernetes.default.svc.cluster.local";

/// Whom the claims of a service account's token stand for; nullopt: it is for somebody else, has
/// run out, or its account or the object that it is bound to is gone. On the run's thread.
/// Source: Kubernetes documentation, "Managing Service Accounts", "Bound service account tokens".
std::optional<Subject> subject_of_claims(const Value& claims, const Store& store, Time now);

/// Finds out who asks: the holder of the server's own token, or a service account by a token that
/// the server has signed. Any thread.
class Authenticator {
 public:
  /// An empty `token`: everybody is `holder`.
  Authenticator(std::string token, Subject holder, std::optional<TokenSigner> signer)
      : token_(std::move(token)), holder_(std::move(holder)), signer_(std::move(signer)) {}

  /// Whether it is worth to read on: the token is ours, whether or not it still holds.
  [[nodiscard]] bool known(const HttpRequest& head) const;
  /// Who asks, or the 401, or the 503 of a run that has ended.
  [[nodiscard]] std::variant<Subject, HttpResponse> authenticate(const HttpRequest& request,
                                                                 const RunDoor& door) const;
  /// nullptr: the server signs no tokens.
  [[nodiscard]] const TokenSigner* signer() const { return signer_ ? &*signer_ : nullptr; }

 private:
  [[nodiscard]] bool is_own(std::string_view token) const;
  [[nodiscard]] std::optional<Value> claims_of(std::string_view token) const;

  std::string token_;
  Subject holder_;
  std::optional<TokenSigner> signer_;
};

/// In whose name a request of `subject` comes: his own, or that of whom he asks to act for
/// (Impersonate-User, Impersonate-Group), which he must be allowed to; or the 403.
/// Source: Kubernetes documentation, "User impersonation".
std::variant<Subject, HttpResponse> impersonated(const HttpRequest& request, const Subject& subject,
                                                 const RunDoor& door);

}  // namespace inferlab::sim
