#include "engine/formats/read_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "engine/formats/regular_file.h"

namespace inferlab {

Result<std::vector<std::byte>> read_file(const std::string& path, std::size_t max_bytes) {
  INFERLAB_TRY(const RegularFile file, RegularFile::open(path));
  if (file.size() > max_bytes) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: has {} bytes, more than {}", path, file.size(), max_bytes)};
  }
  std::vector<std::byte> bytes(file.size());
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::read(file.descriptor(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    if (got == 0) {
      return Error{
          ErrorKind::kInvalid,
          fmt::format("{}: shrank from {} to {} bytes while it was read", path, bytes.size(), done),
          "put another file in its place by renaming it"};
    }
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace inferlab
