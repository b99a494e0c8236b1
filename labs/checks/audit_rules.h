#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs {

/// The file of a submission with the policy that kube-apiserver is given as --audit-policy-file: it
/// is no object of the API.
inline constexpr std::string_view kAuditPolicyFile = "audit-policy.yaml";

enum class AuditLevel : std::uint8_t { kNone, kMetadata, kRequest, kRequestResponse };

std::string_view to_string(AuditLevel level);
/// The words of all levels, in their order.
inline constexpr std::string_view kAuditLevels[] = {"None", "Metadata", "Request",
                                                    "RequestResponse"};
AuditLevel audit_level(std::string_view word);  // one of the above

/// A request as a rule of an audit policy looks at it.
struct AuditedRequest {
  std::string user;
  std::vector<std::string> groups;
  std::string verb;
  std::string group, resource, subresource;  // "apps", "deployments", "scale"
  std::string ns, name;
  std::string path;  // "/healthz"; empty: of a resource
};

/// A policy of kind audit.k8s.io/v1. The first rule that a request matches says how much of it is
/// logged; what no rule matches is not logged.
/// Source: Kubernetes documentation, "Auditing"; k8s.io/apiserver/pkg/audit/policy/checker.go.
struct AuditPolicy {
  struct Resources {
    std::string group;
    std::vector<std::string> resources, names;
  };
  struct Rule {
    AuditLevel level = AuditLevel::kNone;
    std::vector<std::string> users, groups, verbs, namespaces, paths;
    std::vector<Resources> resources;
    std::vector<std::string> omit_stages;
  };
  std::vector<Rule> rules;
  std::vector<std::string> omit_stages;
  std::string text;  // as it was handed in

  [[nodiscard]] AuditLevel level_of(const AuditedRequest& request) const;
};

/// The policy in a file, which a stranger has written. Errors are kInvalid,
/// "FILE:LINE:COLUMN: WHAT: WHY": what the API server would refuse to begin with.
Result<AuditPolicy> read_audit_policy(std::string_view text, const std::string& file);

}  // namespace inferlab::labs
