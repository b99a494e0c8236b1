#include "labs/grade/batch/submissions.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "engine/base/hash.h"
#include "labs/spec/data_dirs.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs::batch {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxLabFileBytes = std::size_t{16} << 20;

Result<void> add_folder(const std::string& folder, RunHash& hash) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
       it.increment(failed)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) paths.push_back(it->path().string());
  }
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", folder, failed.message())};
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    INFERLAB_TRY(const std::string text, read_text_file(path, kMaxLabFileBytes));
    hash.add(std::string_view(path).substr(folder.size()));
    hash.add(text);
  }
  return {};
}

}  // namespace

Result<std::vector<SubmissionFolder>> list_submissions(const std::string& folder) {
  std::error_code failed;
  const fs::file_status status = fs::status(folder, failed);
  if (!fs::exists(status) || !fs::is_directory(status)) {
    return Error{
        fs::exists(status) ? ErrorKind::kInvalid : ErrorKind::kNotFound,
        fmt::format("{}: {}", folder, fs::exists(status) ? "is no folder" : "no such folder"),
        "name the folder that holds a folder for each submission"};
  }
  std::vector<SubmissionFolder> out;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code ignored;
    const std::string name = it->path().filename().string();
    if (name.starts_with(".") || fs::is_regular_file(it->status(ignored))) continue;
    const fs::file_status own = it->symlink_status(ignored);
    if (!fs::is_directory(own) && !fs::is_symlink(own)) continue;
    out.push_back({name, it->path().string(), name});
  }
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", folder, failed.message())};
  }
  if (out.empty()) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: holds no folder of a submission", folder),
                 "a batch is a folder with one folder for each submission"};
  }
  std::sort(out.begin(), out.end(),
            [](const SubmissionFolder& a, const SubmissionFolder& b) { return a.name < b.name; });
  return out;
}

bool is_link(const std::string& path) {
  std::error_code ignored;
  return fs::is_symlink(fs::symlink_status(path, ignored));
}

std::string hash_of_files(const Result<std::vector<SubmissionFile>>& files) {
  RunHash hash;
  if (!files) {
    hash.add("refused");
    hash.add(files.error().message);
    return hash.hex();
  }
  for (const SubmissionFile& file : *files) {
    hash.add(file.name);
    hash.add(file.text);
  }
  return hash.hex();
}

Result<std::string> hash_of_lab(const LabSpec& lab) {
  RunHash hash;
  INFERLAB_TRY_VOID(add_folder(lab.folder, hash));
  for (const std::string& file : lab.included) {
    INFERLAB_TRY(const std::string text, read_text_file(file, kMaxLabFileBytes));
    hash.add(fs::path(file).filename().string());
    hash.add(text);
  }
  for (const char* data : {"assets/facts", "assets/addons"}) {
    if (const auto found = find_data(data)) INFERLAB_TRY_VOID(add_folder(*found, hash));
  }
  return hash.hex();
}

}  // namespace inferlab::labs::batch
