#include "labs/session/audit_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace inferlab::labs {
namespace {

Error failed(const std::string& path, ErrorKind kind, const char* what) {
  return Error{kind, fmt::format("{}: {}: {}", path, what, std::generic_category().message(errno)),
               "look at the folder's space and permissions"};
}

}  // namespace

Result<AuditFile> AuditFile::open(const std::string& path) {
  const int descriptor = ::open(
      path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (descriptor < 0) return failed(path, ErrorKind::kInvalid, "cannot be opened");
  AuditFile file(path, descriptor);
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return failed(path, ErrorKind::kInvalid, "cannot be read");
  if (!S_ISREG(found.st_mode)) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: is no plain file", path),
                 "name a file that can be appended to"};
  }
  // It says who did what: for its owner's eyes, also where somebody else has made it.
  if (::fchmod(descriptor, 0600) != 0)
    return failed(path, ErrorKind::kInvalid, "cannot be kept private");
  return file;
}

AuditFile::AuditFile(AuditFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

AuditFile& AuditFile::operator=(AuditFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

AuditFile::~AuditFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> AuditFile::append(const sim::AuditEvent& event, sim::AuditDetail detail) {
  const std::string line = sim::write_audit_event(event, detail) + "\n";
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(descriptor_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(path_, ErrorKind::kUnavailable, "cannot be written");
    written += static_cast<std::size_t>(count);
  }
  return {};
}

}  // namespace inferlab::labs
