// How fast the virtual time of the running cluster goes.

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterSpeedCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("SPEED", speed_, "virtual seconds a second: any number above 0, max or pause");
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (!parse_speed(speed_)) {
      return Error{ErrorKind::kInvalid, "SPEED: " + speed_ + ": is no speed",
                   "a number of virtual seconds a second, max or pause"};
    }
    INFERLAB_TRY(const SessionCard card, session_.find());
    const sim::Value body = sim::Value::object({{"speed", speed_}});
    INFERLAB_TRY_VOID(ask_session(card, "/inferlab/speed", sim::to_json(body)));
    if (format_ == "json") {
      print_json(terminal, body);
    } else {
      const bool paused = parse_speed(speed_) == 0.0;
      terminal.out << (paused ? "paused: nothing happens until the speed is set"
                              : "speed " + speed_)
                   << "\n";
    }
    return kExitDone;
  }

 private:
  SessionChoice session_;
  std::string speed_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_speed() {
  return std::make_unique<ClusterSpeedCommand>();
}

}  // namespace inferlab::labs
