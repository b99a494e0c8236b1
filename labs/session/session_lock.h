#pragma once

#include <string>

#include "engine/base/result.h"

namespace inferlab::labs {

/// Who holds it is the one session of a folder. The system lets go of it when the program ends, in
/// whatever way, so a lock that is held is a session that lives: no process id can be mistaken.
/// An advisory lock (flock) on the file "lock" in the folder, which stays there.
class SessionLock {
 public:
  /// kConflict: somebody else holds it, in this program or another.
  static Result<SessionLock> take(const std::string& folder);
  /// Whether somebody holds it now. Takes nothing for longer than the question.
  static bool is_held(const std::string& folder);

  SessionLock(SessionLock&& other) noexcept;
  SessionLock& operator=(SessionLock&& other) noexcept;
  ~SessionLock();

 private:
  explicit SessionLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace inferlab::labs
