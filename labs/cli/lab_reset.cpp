#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/progress/progress.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

class LabReset final : public Command {
 public:
  void declare(Args& args) override { args.positional("LAB", lab_id_, "id of a lab"); }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_));
    INFERLAB_TRY(const std::string folder, session_folder(lab.id));
    INFERLAB_TRY(const std::optional<SessionCard> running, read_card(folder));
    if (running) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("lab {}: its session is running (process {})", lab.id, running->pid),
                   "end it first, with Ctrl-C where it was started"};
    }
    INFERLAB_TRY(Progress progress, Progress::open_default());
    INFERLAB_TRY_VOID(progress.reset(lab.id));
    std::error_code failed;
    std::filesystem::remove(journal_path(folder), failed);
    if (failed) {
      return Error{ErrorKind::kUnavailable,
                   fmt::format("{}: {}", journal_path(folder), failed.message())};
    }
    terminal.out << fmt::format("{}: attempts, hints and the session are forgotten\n", lab.id);
    return kExitDone;
  }

 private:
  std::string lab_id_;
};

}  // namespace

std::unique_ptr<Command> make_lab_reset() {
  return std::make_unique<LabReset>();
}

}  // namespace inferlab::labs
