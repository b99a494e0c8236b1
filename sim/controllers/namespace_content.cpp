#include "sim/controllers/namespace_content.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/api/conditions.h"
#include "sim/api/views.h"

namespace inferlab::sim {
namespace {

struct Said {
  bool wrong = false;
  std::string reason, message;
};

Value with_said(const Value& conditions, const char* type, const Said& said, Time now) {
  const Value& old = find_condition(conditions, type);
  const char* const status = said.wrong ? "True" : "False";
  const bool same_status = old["status"].as_string() == status;
  if (same_status && old["reason"].as_string() == said.reason &&
      old["message"].as_string() == said.message) {
    return conditions;
  }
  return set_condition(
      conditions,
      Value::object({{"type", type},
                     {"status", status},
                     {"reason", said.reason},
                     {"message", said.message},
                     {"lastTransitionTime",
                      same_status ? old["lastTransitionTime"] : Value(format_rfc3339(now))}}));
}

// "pods. has 2 resource instances, ..." in the order of the alphabet.
std::string counted(const std::map<std::string, std::int64_t>& counts, std::string_view verb) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts)
    parts.push_back(fmt::format("{} {} {} resource instances", name, verb, count));
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, ", "));
}

Said of_errors(const NamespaceContent& content) {
  if (content.errors.empty()) {
    return {false, "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization"};
  }
  std::vector<std::string> errors = content.errors;
  std::sort(errors.begin(), errors.end());
  return {true, "ContentDeletionFailed",
          fmt::format("Failed to delete all resource types, {} remaining: {}", errors.size(),
                      fmt::join(errors, ", "))};
}

Said of_resources(const NamespaceContent& content) {
  if (content.resources.empty())
    return {false, "ContentRemoved", "All content successfully removed"};
  return {true, "SomeResourcesRemain",
          "Some resources are remaining: " + counted(content.resources, "has")};
}

Said of_finalizers(const NamespaceContent& content) {
  if (content.finalizers.empty())
    return {false, "ContentHasNoFinalizers", "All content-preserving finalizers finished"};
  return {true, "SomeFinalizersRemain",
          "Some content in the namespace has finalizers remaining: " +
              counted(content.finalizers, "in")};
}

}  // namespace

Value namespace_conditions(const Value& conditions, const NamespaceContent& content, Time now) {
  Value out = conditions;
  const auto say = [&](const char* type, const Said& said) {
    out = with_said(out, type, said, now);
  };
  say("NamespaceDeletionDiscoveryFailure",
      {false, "ResourcesDiscovered", "All resources successfully discovered"});
  say("NamespaceDeletionGroupVersionParsingFailure",
      {false, "ParsedGroupVersions", "All legacy kube types successfully parsed"});
  say("NamespaceDeletionContentFailure", of_errors(content));
  say("NamespaceContentRemaining", of_resources(content));
  say("NamespaceFinalizersRemaining", of_finalizers(content));
  return out;
}

}  // namespace inferlab::sim
