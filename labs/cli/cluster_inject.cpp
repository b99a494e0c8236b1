// Breaks something in the running cluster.

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/session/control.h"
#include "labs/session/session_folder.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterInjectCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FAULT", fault_, "node-down, node-up or container-crash");
    args.positional("TARGET", target_, "a node, or NAMESPACE/POD");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, running_session());
    const sim::Value body = sim::Value::object({{"fault", fault_}, {"target", target_}});
    INFERLAB_TRY_VOID(ask_session(card, "/inferlab/fault", sim::to_json(body)));
    if (format_ == "json") {
      print_json(terminal, body);
    } else {
      terminal.out << fault_ << " " << target_ << "\n";
    }
    return kExitDone;
  }

 private:
  std::string fault_, target_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_inject() {
  return std::make_unique<ClusterInjectCommand>();
}

}  // namespace inferlab::labs
