#include "labs/spec/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace inferlab::labs {
namespace {

std::string reason(int number) {
  return std::error_code(number, std::generic_category()).message();
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
    const bool missing = number == ENOENT || number == ENOTDIR;
    return Error{missing ? ErrorKind::kNotFound : ErrorKind::kUnavailable,
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

Result<void> write_text_file(const std::string& path, const std::string& text) {
  const std::string beside = fmt::format("{}.{}.tmp", path, getpid());
  const auto fail = [&](int number) {
    unlink(beside.c_str());
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", path, reason(number)),
                 "check that its folder exists and can be written"};
  };
  {
    const Descriptor file(open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) return fail(errno);
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t put = write(file.get(), text.data() + done, text.size() - done);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return fail(errno);
      done += static_cast<std::size_t>(put);
    }
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) return fail(errno);
  return {};
}

}  // namespace inferlab::labs
