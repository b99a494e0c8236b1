// The running cluster: its clock and counts.
#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/report/escape.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class ClusterStatusCommand final : public Command {
 public:
  void declare(Args& args) override {
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, session_.find());
    INFERLAB_TRY(const std::string answer, ask_session(card, "/inferlab/status", ""));
    INFERLAB_TRY(const sim::Value status, sim::parse_json(answer));
    const bool bare = status["simulatedNodes"].as_int() == 0;
    if (format_ == "json") {
      sim::Value::Object out = {
          {"session", card.name()},
          {"lab", card.lab_id == kPlainCluster ? sim::Value() : sim::Value(card.lab_id)},
          {"learner", card.learner},
          {"apiUrl", card.api_url},
          {"gatewayUrl", bare ? sim::Value() : sim::Value(card.gateway_url)},
          {"kubeconfig", card.kubeconfig}};
      for (const sim::Value::Member& field : status.members()) out.push_back(field);
      print_json(terminal, sim::Value::object(std::move(out)));
      return kExitDone;
    }
    terminal.out << fmt::format(
        "{}\nvirtual time {:.1f} s, {}\n{} node{}, {} of {} Pods Ready\nAPI server {}\n",
        card.lab_id == kPlainCluster ? "a cluster without a lab" : "lab " + spoken_name(card),
        status["virtualSeconds"].as_double(), speed_words(status), status["nodes"].as_int(),
        status["nodes"].as_int() == 1 ? "" : "s", status["podsReady"].as_int(),
        status["pods"].as_int(), card.api_url);
    // Without simulated nodes no replica can stand behind the gateway.
    if (!bare) terminal.out << "gateway " << card.gateway_url << "\n";
    if (!status["failure"].empty()) {
      terminal.out << "stopped: " << for_terminal(status["failure"].str()) << "\n";
    }
    return kExitDone;
  }

 private:
  static std::string speed_words(const sim::Value& status) {
    const sim::Value& speed = status["speed"];
    if (status["resting"].as_bool()) return "resting until something is done";
    if (speed.is_string()) return "as fast as it goes";
    if (speed.as_double() == 0) return "paused";
    return fmt::format("at {:g}x", speed.as_double());
  }

  SessionChoice session_;
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_status() {
  return std::make_unique<ClusterStatusCommand>();
}

}  // namespace inferlab::labs
