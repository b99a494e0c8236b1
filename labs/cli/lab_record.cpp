// Writes a lab's session as a submission: what was done in it, and when.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/progress/learner_work.h"
#include "labs/report/command_words.h"
#include "labs/report/escape.h"
#include "labs/session/record.h"
#include "labs/session/session_folder.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

class LabRecord final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.option("-o,--output", folder_, "where to write it; a new folder, LAB-session if left out");
    args.flag("--force", force_, "over files that are there");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, lab_of_learner(lab_id_, {}, learner_of(learner_)));
    if (!lab.takes_actions()) {
      return Error{ErrorKind::kInvalid, fmt::format("lab {}: takes no actions", lab.id),
                   fmt::format("its session is graded with: inferlab lab check {}{}", lab.id,
                               learner_words(lab.learner))};
    }
    INFERLAB_TRY(const std::string session, session_folder_of(lab));
    std::vector<std::string> notes;
    INFERLAB_TRY(const std::vector<SubmissionFile> files, record_folder(lab, session, notes));
    const fs::path folder = folder_.empty() ? fs::path(lab.id + "-session") : fs::path(folder_);
    INFERLAB_TRY_VOID(make_folder(folder));
    sim::Value::Array written, told;
    for (const SubmissionFile& file : files) {
      INFERLAB_TRY_VOID(make_room_for(folder / file.name));
      INFERLAB_TRY_VOID(write_text_file((folder / file.name).string(), file.text));
      written.emplace_back((folder / file.name).string());
    }
    for (const std::string& note : notes) told.emplace_back(note);
    if (format_ == "json") {
      print_json(terminal, sim::Value::object({{"lab", lab.id},
                                               {"learner", lab.learner},
                                               {"files", sim::Value::array(std::move(written))},
                                               {"notes", sim::Value::array(std::move(told))}}));
      return kExitDone;
    }
    for (const sim::Value& file : written) terminal.out << file.as_string() << '\n';
    for (const std::string& note : notes) terminal.out << "note: " << for_terminal(note) << '\n';
    terminal.out << fmt::format("\nGrade it: inferlab grade --lab {} --submission {}{}\n", lab.id,
                                shell_word(folder.string()), learner_words(lab.learner));
    return kExitDone;
  }

 private:
  // A folder of its own: files of an earlier record would be handed in as well.
  Result<void> make_folder(const fs::path& folder) const {
    std::error_code failed;
    if (!force_ && fs::exists(folder, failed) && !fs::is_empty(folder, failed)) {
      return Error{ErrorKind::kConflict, fmt::format("{}: is not empty", folder.string()),
                   "name another folder, or say --force"};
    }
    return make_room_for(folder / "x");
  }

  // Files of repo/ lie in folders of their own.
  static Result<void> make_room_for(const fs::path& file) {
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    if (!failed) return {};
    return Error{ErrorKind::kUnavailable,
                 fmt::format("{}: {}", file.parent_path().string(), failed.message())};
  }

  std::string lab_id_, folder_, learner_, format_ = "text";
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_lab_record() {
  return std::make_unique<LabRecord>();
}

}  // namespace inferlab::labs
