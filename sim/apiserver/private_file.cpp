#include "sim/apiserver/private_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace inferlab::sim {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

Error file_error(const std::string& path, std::string_view what) {
  const int code = errno;
  return Error{code == ENOENT ? ErrorKind::kNotFound : ErrorKind::kUnavailable,
               fmt::format("{}: {}: {}", path, what, std::generic_category().message(code))};
}

}  // namespace

Result<void> make_private_folder(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    if (mkdir(above.c_str(), 0755) != 0 && errno != EEXIST) {
      return file_error(above, "cannot make the folder");
    }
  }
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return file_error(path, "cannot make the folder");
  }
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    errno = ENOTDIR;
    return file_error(path, "cannot make the folder");
  }
  return {};
}

Result<void> write_private_file(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return file_error(path, "cannot be written");
  std::size_t done = 0;
  bool good = true;
  while (good && done < text.size()) {
    const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    good = count > 0;
    if (good) done += static_cast<std::size_t>(count);
  }
  good = good && fsync(fd) == 0;
  good = (close(fd) == 0) && good;
  good = good && rename(temporary.c_str(), path.c_str()) == 0;
  if (!good) {
    const Error error = file_error(path, "cannot be written");
    unlink(temporary.c_str());
    return error;
  }
  return {};
}

Result<std::string> read_small_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error(path, "cannot be read");
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::read(fd, buffer, sizeof buffer)) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || text.size() > kMaxFileBytes) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  if (count != 0) {
    if (count > 0) errno = EFBIG;
    const Error error = file_error(path, "cannot be read");
    close(fd);
    return error;
  }
  close(fd);
  return text;
}

}  // namespace inferlab::sim
