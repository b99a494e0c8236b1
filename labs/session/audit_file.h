#pragma once

#include <string>

#include "engine/base/result.h"
#include "sim/cluster/audit_log.h"

namespace inferlab::labs {

/// The audit log of a session on disk (mode 0600), one audit.k8s.io/v1 Event a line. What is in the
/// file already stays.
class AuditFile {
 public:
  /// kInvalid: `path` cannot be opened, or is no plain file.
  static Result<AuditFile> open(const std::string& path);
  AuditFile(AuditFile&& other) noexcept;
  AuditFile& operator=(AuditFile&& other) noexcept;
  ~AuditFile();

  /// kUnavailable: the disk is full.
  Result<void> append(const sim::AuditEvent& event,
                      sim::AuditDetail detail = sim::AuditDetail::kMetadata);

 private:
  AuditFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace inferlab::labs
