// The files of a submission: everything here is written by a stranger.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "labs/grade/submission.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"
#include "labs/spec/tree_files.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

bool is_manifest(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

Error invalid(std::string message, std::string hint) {
  return Error{ErrorKind::kInvalid, std::move(message), std::move(hint)};
}

// Messages name the file as the submission does, not by the grader's path to it.
Error renamed(Error error, const std::string& path, const std::string& name) {
  if (error.message.starts_with(path)) error.message.replace(0, path.size(), for_terminal(name));
  return error;
}

// kubectl's own rule: a folder of which it recognises no file is an error, not an empty answer.
Error no_manifests(const std::string& folder, const SubmissionLimits& limits) {
  std::error_code failed;
  std::size_t deeper = 0, entries = 0;
  for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
       it.increment(failed)) {
    if (++entries > limits.max_entries) break;
    std::error_code ignored;
    const bool is_file = fs::is_regular_file(it->symlink_status(ignored));
    if (it.depth() > 0 && is_file && is_manifest(it->path())) ++deeper;
  }
  const std::string elsewhere =
      deeper == 0 ? std::string() : fmt::format("; {} in subfolders are not read", deeper);
  return invalid(fmt::format("{}: no .yaml, .yml or .json here{}", folder, elsewhere),
                 "name the folder that holds your manifests itself");
}

// What read_submission() says, but a folder without manifests is an empty answer.
Result<std::vector<SubmissionFile>> read_manifests(const std::string& folder,
                                                   const SubmissionLimits& limits) {
  std::error_code failed;
  const fs::file_status status = fs::status(folder, failed);
  if (!fs::exists(status)) {
    return Error{ErrorKind::kNotFound, fmt::format("{}: no such folder", folder),
                 "name the folder that holds your manifests"};
  }
  if (!fs::is_directory(status)) {
    return invalid(fmt::format("{}: is no folder", folder),
                   "name the folder that holds your manifests");
  }
  std::vector<std::string> names;
  std::size_t entries = 0;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    if (++entries > limits.max_entries) {
      return invalid(fmt::format("{}: has more than {} entries", folder, limits.max_entries),
                     "submit a folder that holds the manifests alone");
    }
    if (!is_manifest(it->path()) && it->path().filename().string() != kAnswersFile) continue;
    std::error_code ignored;
    const fs::file_status own = it->symlink_status(ignored);
    const std::string name = it->path().filename().string();
    if (fs::is_directory(own)) continue;
    if (fs::is_symlink(own)) {
      return invalid(fmt::format("{}: is a link", for_terminal(name)), "put the file itself there");
    }
    names.push_back(name);
  }
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", folder, failed.message())};
  }
  if (names.size() > limits.max_files) {
    return invalid(fmt::format("{}: has {} manifests, at most {} are read", folder, names.size(),
                               limits.max_files),
                   "submit the manifests of this lab alone");
  }
  std::sort(names.begin(), names.end());
  std::vector<SubmissionFile> files;
  std::size_t total = 0;
  for (const std::string& name : names) {
    const std::string path = (fs::path(folder) / name).string();
    auto text = read_text_file(path, limits.max_file_bytes, /*follow_links=*/false);
    if (!text) return renamed(text.error(), path, name);
    total += text->size();
    if (total > limits.max_total_bytes) {
      return invalid(fmt::format("{}: the manifests have more than {} bytes together", folder,
                                 limits.max_total_bytes),
                     "submit the manifests of this lab alone");
    }
    files.push_back({name, std::move(*text)});
  }
  return files;
}

// What was handed in in two places is as much as may be handed in in one.
Result<void> check_together(const std::string& folder, const std::vector<SubmissionFile>& files,
                            const SubmissionLimits& limits) {
  std::size_t total = 0;
  for (const SubmissionFile& file : files) total += file.text.size();
  const char* const hint = "submit what belongs to this lab alone";
  if (files.size() > limits.max_files) {
    return invalid(fmt::format("{}: has {} files with those of {}/, at most {} are read", folder,
                               files.size(), kRepositoryFolder, limits.max_files),
                   hint);
  }
  if (total > limits.max_total_bytes) {
    return invalid(fmt::format("{}: has {} bytes with those of {}/, at most {} are read", folder,
                               total, kRepositoryFolder, limits.max_total_bytes),
                   hint);
  }
  return {};
}

}  // namespace

Result<std::vector<SubmissionFile>> read_submission(const std::string& folder,
                                                    const SubmissionLimits& limits) {
  INFERLAB_TRY(std::vector<SubmissionFile> files, read_manifests(folder, limits));
  if (files.empty()) return no_manifests(folder, limits);
  return files;
}

std::vector<SubmissionFile> overlay(std::vector<SubmissionFile> files,
                                    const std::vector<SubmissionFile>& changes,
                                    const std::vector<std::string>& removes) {
  std::map<std::string, std::string> by_name;
  for (SubmissionFile& file : files) by_name[file.name] = std::move(file.text);
  for (const SubmissionFile& change : changes) by_name[change.name] = change.text;
  for (const std::string& name : removes) by_name.erase(name);
  std::vector<SubmissionFile> out;
  for (auto& [name, text] : by_name) out.push_back({name, std::move(text)});
  return out;
}

bool is_of_repository(const SubmissionFile& file) {
  return file.name.starts_with(std::string(kRepositoryFolder) + "/");
}

Result<std::vector<SubmissionFile>> read_answer(const std::string& folder,
                                                const SubmissionLimits& limits) {
  const std::string name(kRepositoryFolder);
  const fs::path repository = fs::path(folder) / name;
  std::error_code failed;
  const fs::file_status status = fs::symlink_status(repository, failed);
  if (fs::is_symlink(status)) return invalid(name + ": is a link", "put the folder itself there");
  if (!fs::exists(status)) return read_submission(folder, limits);
  if (!fs::is_directory(status)) {
    return invalid(name + ": is no folder", "put what is to be pushed into a folder of that name");
  }
  INFERLAB_TRY(std::vector<SubmissionFile> files, read_manifests(folder, limits));
  INFERLAB_TRY(const std::vector<TreeFile> tree,
               read_tree(repository.string(), name,
                         {.max_files = limits.max_files,
                          .max_file_bytes = limits.max_file_bytes,
                          .max_total_bytes = limits.max_total_bytes,
                          .max_entries = limits.max_entries}));
  for (const TreeFile& file : tree) files.push_back({name + "/" + file.path, file.text});
  if (files.empty()) return no_manifests(folder, limits);
  INFERLAB_TRY_VOID(check_together(folder, files, limits));
  return files;
}

Result<std::vector<SubmissionFile>> shipped_answer(const LabSpec& lab, const std::string& folder) {
  INFERLAB_TRY(std::vector<SubmissionFile> files, read_answer(lab.folder + "/" + folder));
  for (SubmissionFile& file : files) {
    INFERLAB_TRY(file.text, with_parameters(file.text, lab.parameters, folder + "/" + file.name));
  }
  return files;
}

}  // namespace inferlab::labs
