#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labs/checks/audit_rules.h"
#include "sim/cluster/audit_log.h"

namespace inferlab::labs {

/// The audit policy of a session: audit-policy.yaml in its folder, read again whenever the file has
/// changed. Without the file everything is logged with its metadata; while the file is broken, by
/// the policy that was there before. Not thread-safe.
class AuditPolicyFile {
 public:
  explicit AuditPolicyFile(const std::string& folder);

  /// Looks whether the file is another one, and says in a line or two what holds from now on, or
  /// why it does not; nullopt: nothing has changed.
  std::optional<std::string> refresh();
  /// A policy is in force.
  [[nodiscard]] bool any() const { return policy_.has_value(); }
  /// How much of the event is logged; nullopt: nothing.
  [[nodiscard]] std::optional<sim::AuditDetail> detail_of(const sim::AuditEvent& event) const;

 private:
  /// What tells one state of the file from the next; all zero: there is none.
  struct Stamp {
    std::int64_t modified_ns = 0, bytes = 0;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  [[nodiscard]] Stamp stamp() const;

  std::string path_;
  Stamp seen_;
  std::optional<AuditPolicy> policy_;
};

}  // namespace inferlab::labs
