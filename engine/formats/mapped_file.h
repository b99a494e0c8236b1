#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/base/result.h"

namespace inferlab {

/// A regular file mapped read-only for as long as the object lives.
///
/// A file that shrinks while it is mapped ends the program with SIGBUS at the next read, as with
/// any mapping: replace model files by renaming a new one over them.
class MappedFile {
 public:
  /// kNotFound, or kUnavailable with the system's reason; kInvalid for a folder, a pipe, a device.
  static Result<MappedFile> open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Empty for an empty file.
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(address_), size_};
  }

 private:
  MappedFile(void* address, std::size_t size) : address_(address), size_(size) {}

  void* address_;  // null when the file is empty
  std::size_t size_;
};

/// Gives the pages that lie wholly within a mapping of a file back to the operating system, which
/// keeps them in its cache as long as it likes. Never for memory that was written to.
void drop_pages(std::span<const std::byte> mapped);

}  // namespace inferlab
