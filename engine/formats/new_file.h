#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "engine/base/result.h"

namespace inferlab {

/// A file that appears whole or not at all: written under a name of its own beside its place, then
/// moved there. Without commit() nothing is left behind.
class NewFile {
 public:
  /// kConflict when something stands at `path` and `overwrite` is false; kInvalid when `path` is no
  /// place for a file; kUnavailable with the system's reason.
  static Result<NewFile> create(const std::string& path, bool overwrite);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  Result<void> write(std::span<const std::byte> bytes);
  /// Brings the bytes onto the disk and the file to its place. Once, last. Without `overwrite` a
  /// file that somebody else has put there in the meantime stays as it is: kConflict.
  Result<void> commit();

  /// Where the bytes are until then.
  [[nodiscard]] const std::string& temporary_path() const { return temporary_; }

 private:
  NewFile(std::string path, std::string temporary, int descriptor, bool overwrite);
  Result<void> close();

  std::string path_;
  std::string temporary_;  // empty once it was moved
  int descriptor_;         // -1 once it was closed
  bool overwrite_;
};

}  // namespace inferlab
