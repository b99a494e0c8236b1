#pragma once

#include <cstddef>
#include <string>

#include "engine/base/error.h"
#include "engine/base/result.h"

namespace inferlab {

/// A regular file, open for reading.
class RegularFile {
 public:
  /// kNotFound, or kUnavailable with the system's reason; kInvalid for a folder, a pipe, a device.
  static Result<RegularFile> open(const std::string& path);

  RegularFile(RegularFile&& other) noexcept;
  RegularFile& operator=(RegularFile&& other) noexcept;
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;
  ~RegularFile();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Bytes, when it was opened.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  RegularFile(int descriptor, std::size_t size) : descriptor_(descriptor), size_(size) {}

  int descriptor_;
  std::size_t size_;
};

/// What the system says of this path: "PATH: cannot read: WHY".
Error unreadable(const std::string& path, int code);

}  // namespace inferlab
