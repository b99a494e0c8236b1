// The running cluster: its clock and counts.
#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/report/escape.h"
#include "labs/session/control.h"
#include "labs/session/session_folder.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterStatusCommand final : public Command {
 public:
  void declare(Args& args) override { args.format(format_); }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, running_session());
    INFERLAB_TRY(const std::string answer, ask_session(card, "/inferlab/status", ""));
    INFERLAB_TRY(const sim::Value status, sim::parse_json(answer));
    if (format_ == "json") {
      print_json(terminal, status);
      return kExitDone;
    }
    const sim::Value& speed = status["speed"];
    terminal.out << fmt::format(
        "lab {}\nvirtual time {:.1f} s at speed {}\n{} nodes, {} of {} Pods Ready\nAPI server {}\n"
        "gateway {}\n",
        card.lab_id, status["virtualSeconds"].as_double(),
        speed.is_string() ? speed.str() : fmt::format("{:g}x", speed.as_double()),
        status["nodes"].as_int(), status["podsReady"].as_int(), status["pods"].as_int(),
        card.api_url, card.gateway_url);
    if (!status["failure"].empty()) {
      terminal.out << "stopped: " << for_terminal(status["failure"].str()) << "\n";
    }
    return kExitDone;
  }

 private:
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_status() {
  return std::make_unique<ClusterStatusCommand>();
}

}  // namespace inferlab::labs
