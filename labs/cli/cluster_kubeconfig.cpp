// The path of the kubeconfig of the running cluster.

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterKubeconfigCommand final : public Command {
 public:
  void declare(Args& args) override {
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, session_.find());
    if (format_ == "json") {
      print_json(terminal, sim::Value::object({{"kubeconfig", card.kubeconfig}}));
    } else {
      terminal.out << card.kubeconfig << "\n";
    }
    return kExitDone;
  }

 private:
  SessionChoice session_;
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_kubeconfig() {
  return std::make_unique<ClusterKubeconfigCommand>();
}

}  // namespace inferlab::labs
