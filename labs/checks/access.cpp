// Who may do what, by the roles and bindings of the cluster at the end of the run: a matrix of
// requests, each of which must be allowed or not (kubectl auth can-i, for many).
#include <fmt/format.h>

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
    {.name = "allowed", .type = kBool, .description = "whether it must be", .required = true},
    {.name = "groups", .type = kTexts, .description = "that the user is in besides"},
    {.name = "name", .description = "of the object; any if left out"},
    {.name = "namespace", .description = "of the object; the whole cluster if left out"},
    {.name = "resource",
     .description = "with its group and subresource: pods, deployments.apps, pods/log",
     .required = true},
    {.name = "user",
     .description = "ann, or system:serviceaccount:NAMESPACE:NAME",
     .required = true},
    {.name = "verb", .description = "get, list, create …", .required = true},
};
constexpr SpecTable kRequestTable = {"access_request", "A request that is tried.", kRequestFields};

constexpr SpecField kFields[] = {
    change_param(/*required=*/false),
    {.name = "requests",
     .type = kObjects,
     .description = "the requests",
     .required = true,
     .object = &kRequestTable,
     .min_items = 1},
};

sim::AccessRequest request_of(const Value& value) {
  sim::AccessRequest out;
  out.verb = value["verb"].str();
  out.ns = value["namespace"].str();
  out.name = value["name"].str();
  std::string resource = value["resource"].str();
  if (const std::size_t slash = resource.find('/'); slash != std::string::npos) {
    out.subresource = resource.substr(slash + 1);
    resource.resize(slash);
  }
  const std::size_t dot = resource.find('.');
  out.resource = resource.substr(0, dot);
  if (dot != std::string::npos) out.group = resource.substr(dot + 1);
  return out;
}

}  // namespace

constexpr SpecTable kAccessParams = {"access", "", kFields};

Result<Finding> access(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  std::vector<TruthRow> rows;
  const Value requests = params.value("requests");
  for (const Value& value : requests.items()) {
    std::vector<std::string> groups;
    const Value& given = value["groups"];
    for (const Value& group : given.items()) groups.push_back(group.str());
    const sim::Subject subject{value["user"].str(),
                               sim::groups_of(value["user"].as_string(), groups)};
    const sim::AccessRequest request = request_of(value);
    const sim::AccessDecision decision = sim::authorize(run->store(), subject, request);
    rows.push_back(
        {.question = fmt::format("{} {} by {}{}{}", request.verb, value["resource"].as_string(),
                                 subject.user, request.ns.empty() ? "" : " in ", request.ns),
         .expected = value["allowed"].as_bool(),
         .seen = decision.allowed,
         .reason = decision.reason});
  }
  return judged(rows, "every request that must be allowed is, and no other");
}

}  // namespace inferlab::labs
