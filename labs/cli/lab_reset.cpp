#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/progress/progress.h"
#include "labs/report/command_words.h"
#include "labs/session/session_folder.h"
#include "labs/session/session_lock.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

class LabReset final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    INFERLAB_TRY(const std::string folder, session_folder(lab.id, lab.learner));
    // Held to the end: no session may begin with a journal that is about to go.
    const auto lock = SessionLock::take(folder);
    if (!lock && lock.error().kind == ErrorKind::kConflict) {
      return Error{ErrorKind::kConflict, fmt::format("lab {}: its session is running", lab.id),
                   "end it first, with Ctrl-C where it was started, or: inferlab cluster down" +
                       session_words(lab.id, lab.learner)};
    }
    if (!lock) return lock.error();
    INFERLAB_TRY(Progress progress, Progress::open_default(lab.learner));
    INFERLAB_TRY_VOID(progress.reset(lab.id));
    INFERLAB_TRY_VOID(forget_session(folder));
    if (format_ == "json") {
      print_json(terminal, sim::Value::object({{"lab", lab.id}, {"reset", true}}));
    } else {
      terminal.out << fmt::format("{}: attempts, hints and the session are forgotten\n", lab.id);
    }
    return kExitDone;
  }

 private:
  std::string lab_id_, learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_reset() {
  return std::make_unique<LabReset>();
}

}  // namespace inferlab::labs
