#include "sim/api/admission/policy_match.h"

#include <algorithm>

#include "sim/api/selector.h"

namespace inferlab::sim {
namespace {

bool has(const Value& list, std::string_view wanted) {
  const auto& items = list.items();
  return std::any_of(items.begin(), items.end(), [wanted](const Value& item) {
    return item.as_string() == "*" || item.as_string() == wanted;
  });
}

bool is_namespace(const Kind& kind) {
  return kind.group.empty() && kind.plural == "namespaces";
}

bool in_scope(const Value& rule, const Kind& kind, const PolicyRequest& request) {
  const std::string_view scope = rule["scope"].as_string("*");
  const bool cluster = is_namespace(kind) || request.ns.empty();
  return scope == "*" || (scope == "Cluster") == cluster;
}

bool names_resource(const Value& rule, const Kind& kind, const PolicyRequest& request) {
  const auto& resources = rule["resources"].items();
  return std::any_of(resources.begin(), resources.end(), [&](const Value& entry) {
    const std::string_view text = entry.as_string();
    const std::size_t slash = text.find('/');
    const std::string_view resource = text.substr(0, slash);
    const std::string_view sub =
        slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
    return (resource == "*" || resource == kind.plural) &&
           (sub == "*" || sub == request.subresource);
  });
}

bool rule_matches(const Value& rule, const Kind& kind, const PolicyRequest& request) {
  if (!in_scope(rule, kind, request) || !has(rule["operations"], request.operation) ||
      !has(rule["apiGroups"], kind.group) || !has(rule["apiVersions"], kind.version) ||
      !names_resource(rule, kind, request)) {
    return false;
  }
  const auto& names = rule["resourceNames"].items();
  return names.empty() || std::any_of(names.begin(), names.end(), [&](const Value& name) {
           return name.as_string() == request.name;
         });
}

// The kind as which one of the rules has the request.
const Kind* kind_of_rules(const Value& rules, const Value& match, const PolicyRequest& request) {
  const Kind& asked = request.asked();
  for (const Value& rule : rules.items()) {
    if (rule_matches(rule, asked, request)) return &asked;
  }
  if (match["matchPolicy"].as_string() != "Equivalent") return nullptr;
  for (const Value& rule : rules.items()) {
    for (const Kind* other : request.call.api.kinds().all()) {
      const bool equivalent = other != &asked && &other->storage() == &asked.storage();
      if (equivalent && rule_matches(rule, *other, request)) return other;
    }
  }
  return nullptr;
}

bool namespace_matches(const Value& selector, const PolicyRequest& request) {
  const bool is_one = is_namespace(request.call.kind);
  if (selector.empty() || (request.ns.empty() && !is_one)) return true;
  const LabelSelector query = LabelSelector::from_object(selector);
  if (is_one && request.subresource.empty() && !request.object.is_null())
    return query.matches(labels_from(request.object["metadata"]["labels"]));
  const ObjectPtr ns = request.call.store().get({"namespaces", "", request.ns});
  return ns != nullptr && query.matches(labels_from(ns->document["metadata"]["labels"]));
}

bool object_matches(const Value& selector, const PolicyRequest& request) {
  if (selector.empty()) return true;
  const LabelSelector query = LabelSelector::from_object(selector);
  const auto selects = [&query](const Value& object) {
    return !object.is_null() && query.matches(labels_from(object["metadata"]["labels"]));
  };
  return selects(request.object) || selects(request.old);
}

}  // namespace

const Kind* matched_kind(const Value& match, const PolicyRequest& request) {
  if (match.is_null()) return &request.asked();
  if (!namespace_matches(match["namespaceSelector"], request) ||
      !object_matches(match["objectSelector"], request) ||
      kind_of_rules(match["excludeResourceRules"], match, request) != nullptr) {
    return nullptr;
  }
  const Value& rules = match["resourceRules"];
  return rules.empty() ? &request.asked() : kind_of_rules(rules, match, request);
}

}  // namespace inferlab::sim
