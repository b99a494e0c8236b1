#include "labs/grade/shipped.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<SubmissionFile>;

Result<void> make_edits(const LabSpec& lab, const LabMutant& mutant, Files& files) {
  for (const LabEdit& edit : mutant.edits) {
    const auto file = std::find_if(files.begin(), files.end(), [&](const SubmissionFile& each) {
      return each.name == edit.file;
    });
    const std::size_t at = file == files.end() ? std::string::npos : file->text.find(edit.from);
    if (at == std::string::npos || file->text.find(edit.from, at + 1) != std::string::npos) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}/lab.yaml: mutant {}: \"{}\" must stand in {} once", lab.folder,
                               mutant.id, edit.from, edit.file)};
    }
    file->text.replace(at, edit.from.size(), edit.to);
  }
  return {};
}

}  // namespace

Result<Files> mutant_files(const LabSpec& lab, const LabMutant& mutant) {
  INFERLAB_TRY(const Files solution, shipped_answer(lab, "solution"));
  const std::string folder = "mutants/" + mutant.id;
  std::error_code failed;
  Files changes;
  if (fs::is_directory(fs::path(lab.folder) / folder, failed)) {
    INFERLAB_TRY(changes, shipped_answer(lab, folder));
  }
  Files files = overlay(solution, changes, mutant.removes);
  INFERLAB_TRY_VOID(make_edits(lab, mutant, files));
  return files;
}

Result<Files> answer_files(const LabSpec& lab, const std::string& answer) {
  if (answer == "empty") return Files{};
  for (const LabMutant& mutant : lab.mutants) {
    if (mutant.id == answer) return mutant_files(lab, mutant);
  }
  return shipped_answer(lab, answer);
}

}  // namespace inferlab::labs
