#include "labs/spec/lab_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

bool stays_inside(const fs::path& path) {
  return !path.empty() && !path.is_absolute() &&
         std::ranges::none_of(path, [](const fs::path& part) { return part == ".."; });
}

}  // namespace

Result<std::string> read_lab_file(const std::string& folder, const std::string& path) {
  if (!stays_inside(path)) {
    return Error{ErrorKind::kInvalid, fmt::format("\"{}\" is no file of the lab's folder", path),
                 "a relative path without .."};
  }
  // Links on the way lead out of the folder as ".." does; the last part is read_text_file()'s.
  fs::path way = folder;
  for (const fs::path& part : fs::path(path).parent_path()) {
    way /= part;
    std::error_code ignored;
    if (!fs::is_symlink(fs::symlink_status(way, ignored))) continue;
    return Error{ErrorKind::kInvalid, fmt::format("{}: is a link", way.string()),
                 "put the folder itself there"};
  }
  return read_text_file((fs::path(folder) / path).string(), kMaxBytes, /*follow_links=*/false);
}

Result<ManifestText> lab_file(const LabSpec& lab, const std::string& path) {
  INFERLAB_TRY(const std::string text, read_lab_file(lab.folder, path));
  INFERLAB_TRY(std::string filled, with_parameters(text, lab.parameters, path));
  return ManifestText{path, std::move(filled)};
}

Result<std::vector<ManifestText>> manifests_of(const LabSpec& lab, const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(fs::path(lab.folder) / folder, failed), end;
       !failed && entry != end; entry.increment(failed)) {
    const std::string extension = entry->path().extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") {
      names.push_back((fs::path(folder) / entry->path().filename()).string());
    }
  }
  if (failed || names.empty()) {
    return Error{ErrorKind::kNotFound,
                 fmt::format("{}: holds no manifest", (fs::path(lab.folder) / folder).string())};
  }
  std::sort(names.begin(), names.end());
  std::vector<ManifestText> out;
  for (const std::string& name : names) {
    INFERLAB_TRY(ManifestText file, lab_file(lab, name));
    out.push_back(std::move(file));
  }
  return out;
}

}  // namespace inferlab::labs
