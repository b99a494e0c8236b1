#include "labs/spec/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "labs/spec/data_dirs.h"
#include "labs/spec/load_lab.h"
#include "labs/spec/suggest.h"
#include "labs/spec/validate.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

Result<std::vector<std::string>> lab_folders() {
  INFERLAB_TRY(const std::string root, find_data("scenarios"));
  std::vector<std::string> out;
  std::error_code failed;
  // increment(): the range-for's ++ would throw when the folder cannot be read to its end.
  for (fs::directory_iterator entry(root, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / "lab.yaml", ignored)) out.push_back(entry->path().string());
  }
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", root, failed.message())};
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<std::vector<LabSpec>> list_labs() {
  INFERLAB_TRY(const std::vector<std::string> folders, lab_folders());
  std::vector<LabSpec> out;
  for (const std::string& folder : folders) {
    INFERLAB_TRY(LabSpec lab, load_lab(folder));
    out.push_back(std::move(lab));
  }
  return out;
}

Result<LabSpec> find_lab(const std::string& id_or_path, const std::string& learner) {
  if (id_or_path == "." || id_or_path == ".." || id_or_path.find('/') != std::string::npos) {
    return load_lab(id_or_path, learner);
  }
  INFERLAB_TRY(const std::vector<std::string> folders, lab_folders());
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    names.push_back(fs::path(folder).filename().string());
    if (names.back() == id_or_path) return load_lab(folder, learner);
  }
  return Error{ErrorKind::kNotFound, fmt::format("lab \"{}\": there is none", id_or_path),
               suggestion(id_or_path, {names.begin(), names.end()})};
}

}  // namespace inferlab::labs
