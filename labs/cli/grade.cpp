#include <filesystem>

#include "labs/cli/commands.h"
#include "labs/cli/grading.h"
#include "labs/grade/submission.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

class Grade final : public Command {
 public:
  void declare(Args& args) override {
    args.option("--lab", lab_id_, "id of a lab, or path of its folder", /*required=*/true);
    args.option("--submission", folder_, "folder of the manifests", /*required=*/true);
    args.choice("--format", output_.format, {"text", "json", "junit"}, "how to print the report");
    args.option("-o,--output", output_.file, "write the report to this file");
    args.option("--seed", seed_, "of the run, instead of the lab's");
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY_VOID(check_output(output_));
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_));
    LabSpec seeded = lab;
    if (seed_) seeded.seed = *seed_;
    // By its name only: a report is the same wherever it is made.
    std::filesystem::path path = std::filesystem::path(folder_).lexically_normal();
    if (path.filename().empty()) path = path.parent_path();
    const std::string name = path.filename().string();
    const auto submission = submission_from_folder(folder_, seeded);
    if (!submission) return put_error(terminal, lab.id, name, submission.error(), output_);
    INFERLAB_TRY(const Report report,
                 grade_with_progress(terminal, lab, *submission, name, seed_, {}));
    return put_report(terminal, report, output_);
  }

 private:
  std::string lab_id_, folder_;
  GradeOutput output_;
  std::optional<std::uint64_t> seed_;
};

}  // namespace

std::unique_ptr<Command> make_grade() {
  return std::make_unique<Grade>();
}

}  // namespace inferlab::labs
