#include "labs/spec/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace inferlab::labs {
namespace {

std::string reason(int number) {
  return std::error_code(number, std::generic_category()).message();
}

// What the person who named the file can mend is their input; a full disk is not.
ErrorKind kind_of(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EMFILE:
    case ENFILE:
      return ErrorKind::kUnavailable;
    default:
      return ErrorKind::kInvalid;
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes,
                                   bool follow_links) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  const Descriptor file(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | (follow_links ? 0 : O_NOFOLLOW)));
  if (file.get() < 0) {
    const int number = errno;
    if (number == ELOOP && !follow_links) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: is a link", path),
                   "put the file itself there"};
    }
    if (number == ENXIO) {  // a socket, or a device that is not there
      return Error{ErrorKind::kInvalid, fmt::format("{}: is no regular file", path)};
    }
    const bool missing = number == ENOENT || number == ENOTDIR;
    return Error{missing ? ErrorKind::kNotFound : kind_of(number),
                 fmt::format("{}: {}", path, missing ? "no such file" : reason(number))};
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", path, reason(errno))};
  }
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: is no regular file", path)};
  }
  const auto too_large = [&](std::size_t size) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: has {} bytes, at most {} are read", path, size, max_bytes),
                 "split the file, or take out what does not belong in it"};
  };
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > max_bytes) return too_large(size);
  std::string text(size + 1, '\0');  // one more: the file may be growing
  std::size_t filled = 0;
  for (;;) {
    const ssize_t got = read(file.get(), text.data() + filled, text.size() - filled);
    if (got < 0) {
      if (errno == EINTR) continue;
      return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", path, reason(errno))};
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > max_bytes) return too_large(filled);
    if (filled == text.size()) text.resize(text.size() * 2);
  }
  text.resize(filled);
  return text;
}

namespace {

Error cannot_write(const std::string& path, int number) {
  return Error{kind_of(number), fmt::format("{}: {}", path, reason(number)),
               "check that its folder exists and can be written"};
}

Result<void> write_all(int descriptor, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t put = write(descriptor, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return cannot_write(path, errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

/// Where the text goes in the end.
struct Destination {
  std::string path;       // no link any more
  bool in_place = false;  // a device or a pipe: written as it is, never replaced
  mode_t mode = 0;        // of the file that is there; 0: none is
};

Result<Destination> destination_of(const std::string& path) {
  namespace fs = std::filesystem;
  struct stat status {};
  fs::path at = path;
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return cannot_write(path, EISDIR);
    if (!S_ISREG(status.st_mode)) return Destination{path, true, 0};
    std::error_code failed;
    at = fs::canonical(path, failed);
    if (failed) return cannot_write(path, failed.value());
    return Destination{at.string(), false, status.st_mode & 0777};
  }
  if (errno != ENOENT) return cannot_write(path, errno);
  // Nothing is there, but a link may point to where it shall be.
  constexpr int kMaxLinks = 40;  // as the system's own limit
  for (int links = 0;; ++links) {
    std::error_code no_link;
    const fs::path to = fs::read_symlink(at, no_link);
    if (no_link) return Destination{at.string(), false, 0};
    if (links == kMaxLinks) return cannot_write(path, ELOOP);
    at = to.is_absolute() ? to : at.parent_path() / to;
  }
}

/// A new file beside `path`: nobody's own, and no link that somebody has put there.
Result<std::pair<int, std::string>> open_beside(const std::string& path) {
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string beside = fmt::format("{}.{}-{}.tmp", path, getpid(), attempt);
    const int descriptor =
        open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor >= 0) return std::pair(descriptor, std::move(beside));
    if (errno != EEXIST) return cannot_write(path, errno);
  }
  return cannot_write(path, EEXIST);
}

}  // namespace

Result<void> write_text_file(const std::string& path, const std::string& text) {
  INFERLAB_TRY(const Destination to, destination_of(path));
  if (to.in_place) {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (file.get() < 0) return cannot_write(path, errno);
    return write_all(file.get(), text, path);
  }
  INFERLAB_TRY(auto opened, open_beside(to.path));
  const std::string beside = std::move(opened.second);
  Result<void> written;
  {
    const Descriptor file(opened.first);
    written = write_all(file.get(), text, path);
    if (written && to.mode != 0 && fchmod(file.get(), to.mode) != 0) {
      written = cannot_write(path, errno);
    }
  }
  if (written && std::rename(beside.c_str(), to.path.c_str()) != 0) {
    written = cannot_write(path, errno);
  }
  if (!written) unlink(beside.c_str());
  return written;
}

std::string extension_of(const std::string& path) {
  return std::filesystem::path(path).extension().string();
}

Result<void> check_writable(const std::string& path) {
  INFERLAB_TRY(const Destination to, destination_of(path));
  if (to.in_place) {
    return access(path.c_str(), W_OK) == 0 ? Result<void>() : cannot_write(path, errno);
  }
  INFERLAB_TRY(const auto opened, open_beside(to.path));
  const Descriptor file(opened.first);
  unlink(opened.second.c_str());
  return {};
}

}  // namespace inferlab::labs
