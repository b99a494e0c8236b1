#include "engine/formats/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace inferlab {
namespace {

Error cannot_write(const std::string& path, int code) {
  const bool no_folder = code == ENOENT || code == ENOTDIR;
  return Error{no_folder ? ErrorKind::kInvalid : ErrorKind::kUnavailable,
               fmt::format("{}: cannot write: {}", path,
                           std::error_code(code, std::generic_category()).message()),
               "check that the folder exists and has room"};
}

Error is_there(const std::string& path) {
  return Error{ErrorKind::kConflict, path + ": is there already", "--force writes over it"};
}

}  // namespace

Result<NewFile> NewFile::create(const std::string& path, bool overwrite) {
  struct stat status {};
  const bool exists = ::lstat(path.c_str(), &status) == 0;
  if (exists && !overwrite) return is_there(path);
  if (exists && !S_ISREG(status.st_mode)) {
    return Error{ErrorKind::kInvalid, path + ": is no regular file", "give another name"};
  }
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  if (name == path.size()) return cannot_write(path, ENOENT);
  // In the same folder, so that moving it is one step of the file system; hidden while it grows.
  constexpr int kNames = 100;  // of this process, for the same place
  for (int i = 0; i < kNames; ++i) {
    std::string temporary =
        fmt::format("{}.{}.{}-{}.tmp", path.substr(0, name), path.substr(name), ::getpid(), i);
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return NewFile(path, std::move(temporary), descriptor, overwrite);
    if (errno != EEXIST) break;
  }
  return cannot_write(path, errno);
}

NewFile::NewFile(std::string path, std::string temporary, int descriptor, bool overwrite)
    : path_(std::move(path)),
      temporary_(std::move(temporary)),
      descriptor_(descriptor),
      overwrite_(overwrite) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      overwrite_(other.overwrite_) {}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> NewFile::write(std::span<const std::byte> bytes) {
  // Linux writes at most 2 GiB at once.
  constexpr std::size_t kMost = std::size_t{1} << 30;
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMost));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return cannot_write(path_, written < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> NewFile::close() {
  if (::fsync(descriptor_) != 0) return cannot_write(path_, errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) return cannot_write(path_, errno);
  return {};
}

Result<void> NewFile::commit() {
  INFERLAB_TRY_VOID(close());
  if (overwrite_) {
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
    temporary_.clear();
    return {};
  }
  // A second name, then without the first: unlike rename(), link() leaves what stands there.
  if (::link(temporary_.c_str(), path_.c_str()) != 0) {
    if (errno == EEXIST) return is_there(path_);
    // File systems without hard links: the best there is.
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
    temporary_.clear();
  }
  return {};  // the destructor takes the first name away
}

}  // namespace inferlab
