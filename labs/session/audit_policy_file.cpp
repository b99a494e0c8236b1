#include "labs/session/audit_policy_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "labs/report/escape.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

// Source: k8s.io/apiserver/pkg/audit/policy/reader.go: a policy without rules is refused.
Result<AuditPolicy> read(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxBytes));
  INFERLAB_TRY(AuditPolicy policy, read_audit_policy(text, path));
  if (!policy.rules.empty()) return policy;
  return Error{ErrorKind::kInvalid, fmt::format("{}:1:1: rules: there is none", path),
               "write at least one rule, as in: rules: [{level: Metadata}]"};
}

}  // namespace

AuditPolicyFile::AuditPolicyFile(const std::string& folder)
    : path_(folder + "/" + std::string(kAuditPolicyFile)) {}

AuditPolicyFile::Stamp AuditPolicyFile::stamp() const {
  struct stat found {};
  if (::stat(path_.c_str(), &found) != 0) return {};
  return {std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec,
          std::int64_t{found.st_size}, std::uint64_t{found.st_ino}};
}

std::optional<std::string> AuditPolicyFile::refresh() {
  const Stamp now = stamp();
  if (now == seen_) return std::nullopt;
  seen_ = now;
  if (now == Stamp()) {
    policy_.reset();
    return fmt::format("{} is gone: every write is logged with its metadata", kAuditPolicyFile);
  }
  auto policy = read(path_);
  if (policy) {
    policy_ = std::move(*policy);
    return fmt::format("{}: {} rule(s) decide what is logged from now on", kAuditPolicyFile,
                       policy_->rules.size());
  }
  const Error& error = policy.error();
  return fmt::format("{}{}\n{}", for_terminal(error.message),
                     error.hint.empty() ? "" : "\n" + error.hint,
                     policy_ ? "The policy from before stays in force."
                             : "Every write is logged with its metadata, as without a policy.");
}

std::optional<sim::AuditDetail> AuditPolicyFile::detail_of(const sim::AuditEvent& event) const {
  if (!policy_) return sim::AuditDetail::kMetadata;
  AuditedRequest request;
  request.user = event.user;
  request.groups = event.groups;
  request.verb = event.verb;
  request.group = event.api_group;
  request.resource = event.resource;
  request.subresource = event.subresource;
  request.ns = event.ns;
  request.name = event.name;
  switch (policy_->level_of(request)) {
    case AuditLevel::kNone:
      return std::nullopt;
    case AuditLevel::kMetadata:
      return sim::AuditDetail::kMetadata;
    case AuditLevel::kRequest:
      return sim::AuditDetail::kRequest;
    case AuditLevel::kRequestResponse:
      return sim::AuditDetail::kRequestResponse;
  }
  return std::nullopt;
}

}  // namespace inferlab::labs
