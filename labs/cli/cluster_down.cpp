// Ends the running session; its journal stays.

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/session/control.h"
#include "labs/session/session_folder.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterDownCommand final : public Command {
 public:
  void declare(Args& /*args*/) override {}

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, running_session());
    INFERLAB_TRY_VOID(ask_session(card, "/inferlab/stop", "{}"));
    terminal.out << "session of " << card.lab_id << " ended\n";
    return kExitDone;
  }
};

}  // namespace

std::unique_ptr<Command> make_cluster_down() {
  return std::make_unique<ClusterDownCommand>();
}

}  // namespace inferlab::labs
