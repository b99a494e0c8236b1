// What the API server would log of requests, by the audit policy that was handed in: each at least
// at one level, or at most at one. Besides the requests that the lab names, those of the run itself
// that its events made in somebody's name.
#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/truth_table.h"
#include "sim/api/access/rbac.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kRequestFields[] = {
    {.name = "at_least", .type = kWord, .description = "a level", .words = kAuditLevels},
    {.name = "at_most", .type = kWord, .description = "a level", .words = kAuditLevels},
    {.name = "groups", .type = kTexts, .description = "that the user is in besides"},
    {.name = "name", .description = "of the object"},
    {.name = "namespace", .description = "of the object"},
    {.name = "path", .description = "/healthz, in place of a resource"},
    {.name = "resource",
     .description = "with its group and subresource: pods, deployments.apps, pods/log"},
    {.name = "user",
     .description = "ann, or system:serviceaccount:NAMESPACE:NAME",
     .required = true},
    {.name = "verb", .description = "get, list, create …", .required = true},
};
constexpr SpecTable kRequestTable = {"audited_request", "A request, and how much of it is logged.",
                                     kRequestFields};

constexpr SpecField kFields[] = {
    change_param(/*required=*/false),
    {.name = "requests",
     .type = kObjects,
     .description = "requests that are made up",
     .object = &kRequestTable},
    {.name = "run_of",
     .description =
         "a user: what the lab's events asked for in his name in the run must be logged, "
         "at least at Metadata"},
};

// "deployments.apps/scale" in its three parts.
void set_resource(AuditedRequest& out, std::string resource) {
  if (const std::size_t slash = resource.find('/'); slash != std::string::npos) {
    out.subresource = resource.substr(slash + 1);
    resource.resize(slash);
  }
  const std::size_t dot = resource.find('.');
  out.resource = resource.substr(0, dot);
  if (dot != std::string::npos) out.group = resource.substr(dot + 1);
}

AuditedRequest request_from(const Value& value) {
  AuditedRequest out;
  out.user = value["user"].str();
  std::vector<std::string> groups;
  const Value& given = value["groups"];
  for (const Value& group : given.items()) groups.push_back(group.str());
  out.groups = sim::groups_of(out.user, std::move(groups));
  out.verb = value["verb"].str();
  set_resource(out, value["resource"].str());
  out.ns = value["namespace"].str();
  out.name = value["name"].str();
  out.path = value["path"].str();
  return out;
}

AuditedRequest request_from(const Deed& deed) {
  AuditedRequest out;
  out.user = deed.user;
  out.groups = deed.groups;
  out.verb = deed.verb;
  set_resource(out, deed.resource);
  out.subresource = deed.subresource;
  out.ns = deed.ns;
  out.name = deed.name;
  return out;
}

std::string shown(const AuditedRequest& request) {
  const std::string what =
      request.path.empty()
          ? request.resource + (request.subresource.empty() ? "" : "/" + request.subresource)
          : request.path;
  return fmt::format("{} {} by {}{}{}", request.verb, what, request.user,
                     request.ns.empty() ? "" : " in ", request.ns);
}

class Rows {
 public:
  explicit Rows(const AuditPolicy& policy) : policy_(policy) {}

  void at_least(const AuditedRequest& request, AuditLevel least) {
    add(request, least, /*expected=*/true,
        fmt::format("{}, with {} at least,", shown(request), to_string(least)));
  }
  void at_most(const AuditedRequest& request, AuditLevel most) {
    if (most == AuditLevel::kRequestResponse) return;  // says nothing
    const auto above = static_cast<AuditLevel>(static_cast<int>(most) + 1);
    add(request, above, /*expected=*/false,
        fmt::format("{}, with more than {},", shown(request), to_string(most)));
  }
  [[nodiscard]] const std::vector<TruthRow>& rows() const { return rows_; }

 private:
  void add(const AuditedRequest& request, AuditLevel level, bool expected, std::string question) {
    const AuditLevel seen = policy_.level_of(request);
    rows_.push_back({.question = std::move(question),
                     .expected = expected,
                     .seen = seen >= level,
                     .reason = fmt::format("its level is {}", to_string(seen))});
  }

  const AuditPolicy& policy_;
  std::vector<TruthRow> rows_;
};

}  // namespace

constexpr SpecTable kAuditPolicyParams = {"audit-policy", "", kFields};

Result<Finding> audit_policy(CheckContext& context, const Params& params) {
  const std::string expected = fmt::format(
      "{}: what must be found later is logged, and no more than that is", kAuditPolicyFile);
  const AuditPolicy& policy = context.submission().audit;
  if (policy.rules.empty()) {
    return Finding::fail(fmt::format("there is no {}: nothing is logged", kAuditPolicyFile),
                         expected)
        .with(Cause::kMissing);
  }
  Rows rows(policy);
  const Value requests = params.value("requests");
  for (const Value& value : requests.items()) {
    const AuditedRequest request = request_from(value);
    if (value.has("at_least")) rows.at_least(request, audit_level(value["at_least"].as_string()));
    if (value.has("at_most")) rows.at_most(request, audit_level(value["at_most"].as_string()));
  }
  if (params.has("run_of")) {
    INFERLAB_TRY(const std::vector<Deed>* deeds,
                 context.deeds(variant_from(params.value("change"))));
    std::set<std::string> seen;
    for (const Deed& deed : *deeds) {
      if (deed.is_response || deed.user != params.text("run_of") || deed.resource.empty()) continue;
      const AuditedRequest request = request_from(deed);
      // Unauthenticated requests are nobody's.
      if (deed.code == 401 || !seen.insert(shown(request) + "/" + request.name).second) continue;
      rows.at_least(request, AuditLevel::kMetadata);
    }
  }
  return judged(rows.rows(), expected, {.yes = "logged", .no = "not logged"});
}

// What an account does in the run it does up to the end.
Duration audit_policy_judged_from(const LabSpec& lab, const Params& params) {
  return params.has("run_of") ? lab.horizon : Duration{};
}

}  // namespace inferlab::labs
