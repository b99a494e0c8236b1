#include "labs/spec/tree_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "labs/report/escape.h"
#include "labs/spec/text_file.h"
#include "sim/api/utf8.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

class TreeReader {
 public:
  TreeReader(std::string shown, const TreeLimits& limits)
      : shown_(std::move(shown)), limits_(limits) {}

  Result<void> enter(const fs::path& folder, const std::string& below, int depth) {
    std::error_code failed;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      if (++entries_ > limits_.max_entries) {
        return refused(below, fmt::format("has more than {} entries", limits_.max_entries));
      }
      names.push_back(entry->path().filename().string());
    }
    if (failed) {
      return Error{failed == std::errc::no_such_file_or_directory ? ErrorKind::kNotFound
                                                                  : ErrorKind::kUnavailable,
                   fmt::format("{}: {}", named(below), failed.message())};
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (name == ".git") continue;
      const std::string path = below.empty() ? name : below + "/" + name;
      const fs::file_status status = fs::symlink_status(folder / name, failed);
      if (fs::is_symlink(status)) return refused(path, "is a link", "put the file itself there");
      if (fs::is_directory(status)) {
        if (depth == limits_.max_depth) return refused(path, "lies too deep");
        INFERLAB_TRY_VOID(enter(folder / name, path, depth + 1));
      } else {
        INFERLAB_TRY_VOID(take(folder / name, path));
      }
    }
    return {};
  }

  std::vector<TreeFile> files;

 private:
  [[nodiscard]] std::string named(const std::string& path) const {
    return for_terminal(path.empty() ? shown_ : shown_ + "/" + path);
  }
  [[nodiscard]] Error refused(const std::string& path, std::string why,
                              std::string hint = "keep what belongs to this lab alone") const {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}", named(path), why), std::move(hint)};
  }

  Result<void> take(const fs::path& file, const std::string& path) {
    if (files.size() == limits_.max_files) {
      return refused(path,
                     fmt::format("is one file more than the {} that are read", limits_.max_files));
    }
    auto text = read_text_file(file.string(), limits_.max_file_bytes, /*follow_links=*/false);
    if (!text) {
      Error error = text.error();
      const std::string at = file.string();
      if (error.message.starts_with(at)) error.message.replace(0, at.size(), named(path));
      return error;
    }
    if (sim::valid_utf8(*text) != *text || text->find('\0') != std::string::npos) {
      return refused(path, "is no text in UTF-8");
    }
    total_ += text->size();
    if (total_ > limits_.max_total_bytes) {
      return refused(path,
                     fmt::format("makes more than {} bytes together", limits_.max_total_bytes));
    }
    files.push_back({path, std::move(*text)});
    return {};
  }

  const std::string shown_;
  const TreeLimits limits_;
  std::size_t entries_ = 0, total_ = 0;
};

}  // namespace

Result<std::vector<TreeFile>> read_tree(const std::string& folder, const std::string& shown,
                                        const TreeLimits& limits) {
  TreeReader reader(shown, limits);
  INFERLAB_TRY_VOID(reader.enter(folder, {}, 0));
  std::sort(reader.files.begin(), reader.files.end(),
            [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
  return std::move(reader.files);
}

}  // namespace inferlab::labs
