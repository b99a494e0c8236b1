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
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    // With JSON the story goes where it does not stand in the way of the data.
    const bool json = format_ == "json";
    INFERLAB_TRY(const Report report,
                 play_lab(options_, json ? Style(false) : terminal.style, json ? stderr : stdout));
    if (json) {
      terminal.out << report_json(report);
    } else {
      terminal.out << "\n" << report_text(report, terminal.style);
    }
    return report.earned == report.points ? kExitDone : kExitFailed;
  }

 private:
  PlayOptions options_;
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_play() {
  return std::make_unique<PlayCommand>();
}

}  // namespace inferlab::labs
