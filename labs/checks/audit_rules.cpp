#include "labs/checks/audit_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "labs/report/escape.h"
#include "labs/spec/text_list.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr sim::YamlLimits kYamlLimits = {.max_bytes = std::size_t{1} << 20, .max_documents = 2};
constexpr std::string_view kStages[] = {"RequestReceived", "ResponseStarted", "ResponseComplete",
                                        "Panic"};
constexpr std::string_view kVersions[] = {"audit.k8s.io/v1"};
constexpr std::string_view kKinds[] = {"Policy"};

// The form of audit.k8s.io/v1 Policy. Lists are taken as they come: a namespace may be "".
constexpr SpecField kResourcesFields[] = {
    {.name = "group", .type = kAny, .description = "of the API; the core group if left out"},
    {.name = "resourceNames", .type = kAny, .description = "of the objects"},
    {.name = "resources", .type = kAny, .description = "pods, pods/log, */scale, *"},
};
constexpr SpecTable kResourcesTable = {"audit_resources", "", kResourcesFields};
constexpr SpecField kRuleFields[] = {
    {.name = "level",
     .type = kWord,
     .description = "level",
     .required = true,
     .words = kAuditLevels},
    {.name = "namespaces", .type = kAny, .description = "\"\" is what lies in none"},
    {.name = "nonResourceURLs", .type = kAny, .description = "/healthz*, /metrics"},
    {.name = "omitManagedFields", .type = kBool, .description = "of the objects logged"},
    {.name = "omitStages", .type = kWords, .description = "stages", .words = kStages},
    {.name = "resources",
     .type = kObjects,
     .description = "of the API",
     .object = &kResourcesTable},
    {.name = "userGroups", .type = kAny, .description = "groups"},
    {.name = "users", .type = kAny, .description = "by name"},
    {.name = "verbs", .type = kAny, .description = "get, list, watch, create …"},
};
constexpr SpecTable kRuleTable = {"audit_rule", "", kRuleFields};
constexpr SpecField kPolicyFields[] = {
    {.name = "apiVersion",
     .type = kWord,
     .description = "audit.k8s.io/v1",
     .required = true,
     .words = kVersions},
    {.name = "kind", .type = kWord, .description = "Policy", .required = true, .words = kKinds},
    {.name = "metadata", .type = kAny, .description = "is not looked at"},
    {.name = "omitManagedFields", .type = kBool, .description = "of the objects logged"},
    {.name = "omitStages", .type = kWords, .description = "stages", .words = kStages},
    {.name = "rules",
     .type = kObjects,
     .description = "a policy without rules is refused",
     .required = true,
     .object = &kRuleTable,
     .min_items = 1},
};
constexpr SpecTable kPolicyTable = {"audit_policy", "", kPolicyFields};

bool holds(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool resource_matches(std::string_view pattern, const AuditedRequest& request) {
  const std::string combined =
      request.subresource.empty() ? request.resource : request.resource + "/" + request.subresource;
  if (pattern == "*" || pattern == combined) return true;
  if (pattern.starts_with("*/")) {
    return !request.subresource.empty() && pattern.substr(2) == request.subresource;
  }
  return pattern.ends_with("/*") && pattern.substr(0, pattern.size() - 2) == request.resource;
}

bool resources_match(const AuditPolicy::Resources& rule, const AuditedRequest& request) {
  if (rule.group != request.group) return false;
  if (rule.resources.empty()) return true;
  if (!rule.names.empty() && !holds(rule.names, request.name)) return false;
  return std::any_of(rule.resources.begin(), rule.resources.end(),
                     [&](const std::string& each) { return resource_matches(each, request); });
}

bool path_matches(std::string_view pattern, std::string_view path) {
  if (pattern == "*" || pattern == path) return true;
  return pattern.ends_with('*') && path.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool rule_matches(const AuditPolicy::Rule& rule, const AuditedRequest& request) {
  if (!rule.users.empty() && !holds(rule.users, request.user)) return false;
  if (!rule.groups.empty() &&
      std::none_of(request.groups.begin(), request.groups.end(),
                   [&](const std::string& group) { return holds(rule.groups, group); })) {
    return false;
  }
  if (!rule.verbs.empty() && !holds(rule.verbs, request.verb)) return false;
  const bool is_of_resource = request.path.empty();
  if (!rule.namespaces.empty() || !rule.resources.empty()) {
    if (!is_of_resource) return false;
    if (!rule.namespaces.empty() && !holds(rule.namespaces, request.ns)) return false;
    return rule.resources.empty() ||
           std::any_of(rule.resources.begin(), rule.resources.end(),
                       [&](const auto& each) { return resources_match(each, request); });
  }
  if (!rule.paths.empty()) {
    return !is_of_resource &&
           std::any_of(rule.paths.begin(), rule.paths.end(), [&](const std::string& pattern) {
             return path_matches(pattern, request.path);
           });
  }
  return true;
}

// A list of texts, which may be empty ones, or why it is none.
std::string list_fault(const Value& value, const char* field) {
  if (value.is_null()) return {};
  if (!value.is_array()) return fmt::format("{}: must be a list", field);
  for (const Value& item : value.items()) {
    if (!item.is_string()) return fmt::format("{}: must be a list of texts", field);
  }
  return {};
}

// Source: k8s.io/apiserver/pkg/apis/audit/validation.
std::string rule_fault(const Value& rule) {
  for (const char* field : {"users", "userGroups", "verbs", "namespaces", "nonResourceURLs"}) {
    if (std::string fault = list_fault(rule[field], field); !fault.empty()) return fault;
  }
  const Value& paths = rule["nonResourceURLs"];
  if (!paths.empty() && (!rule["resources"].empty() || !rule["namespaces"].empty())) {
    return "nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs";
  }
  for (const Value& path : paths.items()) {
    const std::string_view text = path.as_string();
    if (text == "*") continue;
    if (!text.starts_with('/')) return "nonResourceURLs: must begin with a '/' character";
    if (text.substr(0, text.size() - 1).find('*') != std::string_view::npos) {
      return "nonResourceURLs: wildcards '*' must be the final character of the path";
    }
  }
  for (const Value& each : rule["resources"].items()) {
    for (const char* field : {"resources", "resourceNames"}) {
      if (std::string fault = list_fault(each[field], field); !fault.empty()) return fault;
    }
    if (!each["group"].is_null() && !each["group"].is_string()) return "group: must be text";
    if (each["group"].as_string().find('/') != std::string_view::npos) {
      return "group: names a version too; write the group alone, as in: apps";
    }
    if (!each["resourceNames"].empty() && each["resources"].empty()) {
      return "resourceNames: using resourceNames requires at least one resource";
    }
  }
  return {};
}

AuditPolicy::Rule rule_from(const Value& value) {
  AuditPolicy::Rule out;
  out.level = audit_level(value["level"].as_string());
  out.users = text_list(value["users"]);
  out.groups = text_list(value["userGroups"]);
  out.verbs = text_list(value["verbs"]);
  out.namespaces = text_list(value["namespaces"]);
  out.paths = text_list(value["nonResourceURLs"]);
  out.omit_stages = text_list(value["omitStages"]);
  for (const Value& each : value["resources"].items()) {
    out.resources.push_back(
        {each["group"].str(), text_list(each["resources"]), text_list(each["resourceNames"])});
  }
  return out;
}

}  // namespace

std::string_view to_string(AuditLevel level) {
  return kAuditLevels[static_cast<std::size_t>(level)];
}

AuditLevel audit_level(std::string_view word) {
  const auto found = std::find(std::begin(kAuditLevels), std::end(kAuditLevels), word);
  return found == std::end(kAuditLevels)
             ? AuditLevel::kNone
             : static_cast<AuditLevel>(found - std::begin(kAuditLevels));
}

AuditLevel AuditPolicy::level_of(const AuditedRequest& request) const {
  for (const Rule& rule : rules) {
    if (!rule_matches(rule, request)) continue;
    // Whoever leaves out the stage in which a request is over has nothing of it in the log.
    const bool left_out =
        holds(rule.omit_stages, "ResponseComplete") || holds(omit_stages, "ResponseComplete");
    return left_out ? AuditLevel::kNone : rule.level;
  }
  return AuditLevel::kNone;
}

Result<AuditPolicy> read_audit_policy(std::string_view text, const std::string& file) {
  INFERLAB_TRY(const auto documents, sim::parse_yaml(text, file, kYamlLimits));
  if (documents.empty()) return AuditPolicy{};
  SpecValidator places(documents.front(), file, [](std::string_view) { return nullptr; });
  if (documents.size() > 1) return places.error("", "must be one document", "write one Policy");
  const std::vector<Error> errors = places.validate(kPolicyTable);
  if (!errors.empty()) return errors.front();
  const Value& policy = documents.front().value;
  AuditPolicy out;
  out.text = std::string(text);
  out.omit_stages = text_list(policy["omitStages"]);
  const Value& rules = policy["rules"];
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string fault = rule_fault(rules[i]);
    if (!fault.empty()) {
      return places.error(fmt::format(".rules[{}]", i), for_terminal(fault),
                          "kube-apiserver does not begin with such a policy");
    }
    out.rules.push_back(rule_from(rules[i]));
  }
  return out;
}

}  // namespace inferlab::labs
