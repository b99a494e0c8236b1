// Ends the running session; its journal stays.

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterDownCommand final : public Command {
 public:
  void declare(Args& args) override {
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, session_.find());
    INFERLAB_TRY_VOID(ask_session(card, "/inferlab/stop", "{}"));
    if (format_ == "json") {
      print_json(terminal, sim::Value::object({{"session", card.name()},
                                               {"lab", card.lab_id},
                                               {"learner", card.learner},
                                               {"ended", true}}));
    } else {
      terminal.out << "session of " << spoken_name(card) << " ended\n";
    }
    return kExitDone;
  }

 private:
  SessionChoice session_;
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_down() {
  return std::make_unique<ClusterDownCommand>();
}

}  // namespace inferlab::labs
