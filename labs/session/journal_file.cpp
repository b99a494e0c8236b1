#include "labs/session/journal_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace inferlab::labs {
namespace {

Error failed(const std::string& path, const char* what) {
  return Error{ErrorKind::kUnavailable,
               fmt::format("{}: {}: {}", path, what, std::generic_category().message(errno)),
               "look at the folder's space and permissions"};
}

Result<std::string> read_text(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::string();
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return failed(path, "cannot be read");
  return text.str();
}

}  // namespace

Result<JournalFile> JournalFile::open(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text(path));
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failed(path, "cannot be opened");
  JournalFile file(path, descriptor);
  const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (::ftruncate(descriptor, static_cast<off_t>(whole)) != 0 ||
      ::lseek(descriptor, 0, SEEK_END) < 0) {
    return failed(path, "cannot be mended");
  }
  return file;
}

JournalFile::JournalFile(JournalFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

JournalFile& JournalFile::operator=(JournalFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

JournalFile::~JournalFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> JournalFile::append(const sim::JournalEntry& entry) {
  const std::string line = sim::write_journal_entry(entry) + "\n";
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(descriptor_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(path_, "cannot be written");
    written += static_cast<std::size_t>(count);
  }
  return {};
}

Result<sim::Journal> read_journal_file(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text(path));
  return sim::read_journal(text, path);
}

}  // namespace inferlab::labs
