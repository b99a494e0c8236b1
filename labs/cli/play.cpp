// Plays a lab in the terminal, from start to grade.
#include "labs/play/play.h"

#include "labs/cli/commands.h"
#include "labs/cli/stop_signals.h"
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
    const StopSignals signals;
    options_.should_stop = [&signals] { return signals.seen(); };
    const Result<Report> played =
        play_lab(options_, json ? Style(false) : terminal.style, json ? stderr : stdout);
    if (signals.seen()) return kExitSignal + signals.number();  // whoever did it knows
    if (!played) return played.error();
    const Report& report = *played;
    if (json) {
      terminal.out << report_json(report);
    } else {
      terminal.out << "\n" << report_text(report, terminal.style, terminal.width);
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
