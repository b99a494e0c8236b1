// May the user do it? authorizer.group('apps').resource('deployments').check('create').allowed()
// Source: Kubernetes documentation, "Kubernetes authorizer library".
#include "sim/api/cel/authorizer.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "sim/api/cel/overload.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim::cel {

namespace {

constexpr std::string_view kAuthorizer = "kubernetes.authorization.Authorizer";
constexpr std::string_view kPathCheck = "kubernetes.authorization.PathCheck";
constexpr std::string_view kGroupCheck = "kubernetes.authorization.GroupCheck";
constexpr std::string_view kResourceCheck = "kubernetes.authorization.ResourceCheck";
constexpr std::string_view kDecision = "kubernetes.authorization.Decision";

// Who asks, and as much of what he asks for as is known: all of Authorizer, PathCheck, GroupCheck
// and ResourceCheck.
class Check final : public Opaque {
 public:
  Check(std::string_view type, Authorizer decide, Subject who, AccessRequest what)
      : type_(type), decide_(std::move(decide)), who_(std::move(who)), what_(std::move(what)) {}
  [[nodiscard]] std::string_view type_name() const override { return type_; }
  // Nothing is equal to it: it is there to be called.
  [[nodiscard]] bool equals(const Opaque& /*other*/) const override { return false; }
  [[nodiscard]] std::string text() const override { return std::string(type_); }

  [[nodiscard]] const AccessRequest& what() const { return what_; }
  [[nodiscard]] Val of(std::string_view type, AccessRequest what) const {
    return Val::opaque(std::make_shared<const Check>(type, decide_, who_, std::move(what)));
  }
  [[nodiscard]] Val on_behalf_of(Subject who) const {
    return Val::opaque(std::make_shared<const Check>(type_, decide_, std::move(who), what_));
  }
  [[nodiscard]] AccessDecision decide(std::string_view verb) const {
    AccessRequest request = what_;
    request.verb = verb;
    return decide_(who_, request);
  }

 private:
  std::string_view type_;
  Authorizer decide_;
  Subject who_;
  AccessRequest what_;
};

class Decision final : public Opaque {
 public:
  explicit Decision(AccessDecision decision) : decision_(std::move(decision)) {}
  [[nodiscard]] std::string_view type_name() const override { return kDecision; }
  [[nodiscard]] bool equals(const Opaque& /*other*/) const override { return false; }
  [[nodiscard]] std::string text() const override { return std::string(kDecision); }
  [[nodiscard]] const AccessDecision& decision() const { return decision_; }

 private:
  AccessDecision decision_;
};

const Check& check_of(const Val& val) {
  return static_cast<const Check&>(val.as_opaque());
}
const AccessDecision& decision_of(const Val& val) {
  return static_cast<const Decision&>(val.as_opaque()).decision();
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

Val path(Args args, Work& /*work*/) {
  if (blank(args[1].as_string())) return Val::error("path must not be empty");
  AccessRequest what;
  what.path = args[1].as_string();
  return check_of(args[0]).of(kPathCheck, std::move(what));
}

Val group(Args args, Work& /*work*/) {
  AccessRequest what;
  what.group = args[1].as_string();
  return check_of(args[0]).of(kGroupCheck, std::move(what));
}

Val service_account(Args args, Work& /*work*/) {
  const std::string_view ns = args[1].as_string();
  const std::string_view name = args[2].as_string();
  if (!check_dns1123_subdomain(name).empty()) return Val::error("Invalid service account name");
  if (!check_dns1123_label(ns).empty()) return Val::error("Invalid service account namespace");
  // Not in system:authenticated: nobody has shown that he is the account.
  return check_of(args[0]).on_behalf_of(
      {fmt::format("system:serviceaccount:{}:{}", ns, name),
       {"system:serviceaccounts", fmt::format("system:serviceaccounts:{}", ns)}});
}

Val resource(Args args, Work& /*work*/) {
  if (blank(args[1].as_string())) return Val::error("resource must not be empty");
  AccessRequest what = check_of(args[0]).what();
  what.resource = args[1].as_string();
  return check_of(args[0]).of(kResourceCheck, std::move(what));
}

template <std::string AccessRequest::*member>
Val with(Args args, Work& /*work*/) {
  AccessRequest what = check_of(args[0]).what();
  what.*member = args[1].as_string();
  return check_of(args[0]).of(kResourceCheck, std::move(what));
}

// Rules of RBAC know no selectors: what may be asked for with one may be without.
Val selector(Args args, Work& /*work*/) {
  return args[0];
}

Val check(Args args, Work& /*work*/) {
  return Val::opaque(
      std::make_shared<const Decision>(check_of(args[0]).decide(args[1].as_string())));
}

Val allowed(Args args, Work& /*work*/) {
  return Val::boolean(decision_of(args[0]).allowed);
}
Val reason(Args args, Work& work) {
  return made_string(decision_of(args[0]).reason, work);
}
// RBAC always comes to a decision.
Val errored(Args /*args*/, Work& /*work*/) {
  return Val::boolean(false);
}
Val error(Args /*args*/, Work& /*work*/) {
  return Val::string("");
}

constexpr auto kMember = LibraryRow::Form::kMember;

constexpr LibraryRow kRows[] = {
    {"path", kMember,
     "kubernetes.authorization.Authorizer, string -> kubernetes.authorization.PathCheck", path},
    {"group", kMember,
     "kubernetes.authorization.Authorizer, string -> kubernetes.authorization.GroupCheck", group},
    {"serviceAccount", kMember,
     "kubernetes.authorization.Authorizer, string, string -> kubernetes.authorization.Authorizer",
     service_account},
    {"resource", kMember,
     "kubernetes.authorization.GroupCheck, string -> kubernetes.authorization.ResourceCheck",
     resource},
    {"subresource", kMember,
     "kubernetes.authorization.ResourceCheck, string -> kubernetes.authorization.ResourceCheck",
     with<&AccessRequest::subresource>},
    {"namespace", kMember,
     "kubernetes.authorization.ResourceCheck, string -> kubernetes.authorization.ResourceCheck",
     with<&AccessRequest::ns>},
    {"name", kMember,
     "kubernetes.authorization.ResourceCheck, string -> kubernetes.authorization.ResourceCheck",
     with<&AccessRequest::name>},
    {"fieldSelector", kMember,
     "kubernetes.authorization.ResourceCheck, string -> kubernetes.authorization.ResourceCheck",
     selector},
    {"labelSelector", kMember,
     "kubernetes.authorization.ResourceCheck, string -> kubernetes.authorization.ResourceCheck",
     selector},
    {"check", kMember,
     "kubernetes.authorization.PathCheck, string -> kubernetes.authorization.Decision", check,
     Cost::kAuthorization},
    {"check", kMember,
     "kubernetes.authorization.ResourceCheck, string -> kubernetes.authorization.Decision", check,
     Cost::kAuthorization},
    {"allowed", kMember, "kubernetes.authorization.Decision -> bool", allowed},
    {"reason", kMember, "kubernetes.authorization.Decision -> string", reason},
    {"errored", kMember, "kubernetes.authorization.Decision -> bool", errored},
    {"error", kMember, "kubernetes.authorization.Decision -> string", error},
};

}  // namespace

Library authorizer_library() {
  return kRows;
}

Type authorizer_type() {
  return Type::object(std::string(kAuthorizer));
}
Type resource_check_type() {
  return Type::object(std::string(kResourceCheck));
}

Val authorizer_val(Authorizer decide, Subject who) {
  return Val::opaque(std::make_shared<const Check>(kAuthorizer, std::move(decide), std::move(who),
                                                   AccessRequest()));
}
Val resource_check_val(Authorizer decide, Subject who, AccessRequest resource) {
  return Val::opaque(std::make_shared<const Check>(kResourceCheck, std::move(decide),
                                                   std::move(who), std::move(resource)));
}

}  // namespace inferlab::sim::cel
