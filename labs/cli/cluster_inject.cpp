// Breaks something in the running cluster.
#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/pod_name.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterInjectCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FAULT", fault_,
                    "node-down, node-up, kubelet-restart, container-crash, gpu-xid, gpu-reset, "
                    "gpu-throttle, node-memory or node-disk");
    args.positional("TARGET", target_,
                    fmt::format("a simulated node; for container-crash a Pod: {}; for gpu-xid "
                                "NODE/GPU/XID, gpu-reset NODE/GPU, gpu-throttle NODE/GPU/PERCENT, "
                                "node-memory and node-disk NODE/BYTES",
                                kPodNames));
    args.option("-n,--namespace", namespace_, "of the Pod; default: default");
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (fault_ == "container-crash") {
      INFERLAB_TRY(const PodName pod, parse_pod_name(target_, namespace_));
      target_ = pod.ns + "/" + pod.name;
    }
    INFERLAB_TRY(const SessionCard card, session_.find());
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
  SessionChoice session_;
  std::string fault_, target_, namespace_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_inject() {
  return std::make_unique<ClusterInjectCommand>();
}

}  // namespace inferlab::labs
