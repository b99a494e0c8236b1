// Plays a lab in the terminal, from start to grade.
#include "labs/play/play.h"

#include "labs/cli/commands.h"
#include "labs/report/formats.h"

namespace inferlab::labs {
namespace {

class PlayCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", options_.lab_id, "id of a lab; default: the first", /*required=*/false);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const Report report, play_lab(options_, terminal.style));
    terminal.out << "\n" << report_text(report, terminal.style);
    return report.earned == report.points ? kExitDone : kExitFailed;
  }

 private:
  PlayOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_play() {
  return std::make_unique<PlayCommand>();
}

}  // namespace inferlab::labs
