#pragma once

#include <filesystem>

namespace inferlab::testing {

/// Holds a file's lock: tests run side by side, and one of them installs.
class FileLock {
 public:
  /// Waits for it. The file is made where there is none.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace inferlab::testing
