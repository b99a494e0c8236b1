#include "labs/session/session_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace inferlab::labs {
namespace {

// is_held() has the lock for an instant: whoever wants to keep it asks again.
constexpr int kAttempts = 20;
constexpr std::chrono::milliseconds kBetween{10};

std::string lock_path(const std::string& folder) {
  return folder + "/lock";
}

}  // namespace

Result<SessionLock> SessionLock::take(const std::string& folder) {
  const std::string path = lock_path(folder);
  SessionLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.descriptor_ < 0) {
    return Error{
        ErrorKind::kUnavailable,
        fmt::format("{}: cannot be opened: {}", path, std::generic_category().message(errno)),
        "look at the folder's space and permissions"};
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return Error{
          ErrorKind::kUnavailable,
          fmt::format("{}: cannot be locked: {}", path, std::generic_category().message(errno)),
          "keep the state folder (XDG_STATE_HOME) on a file system of this machine"};
    }
    std::this_thread::sleep_for(kBetween);
  }
  return Error{ErrorKind::kConflict, fmt::format("{}: a session is using this folder", folder),
               "end it where it was started with Ctrl-C, or: inferlab cluster down"};
}

bool SessionLock::is_held(const std::string& folder) {
  const int descriptor =
      ::open(lock_path(folder).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return false;
  const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return held;
}

SessionLock::SessionLock(SessionLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

SessionLock& SessionLock::operator=(SessionLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

SessionLock::~SessionLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace inferlab::labs
