// What every scheduler plugin says of a Pod, node by node.
#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/pod_name.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/report/wrap.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class WhyCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("POD", pod_, kPodNames);
    args.option("-n,--namespace", namespace_, "of the Pod; default: default");
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const PodName pod, parse_pod_name(pod_, namespace_));
    INFERLAB_TRY(const SessionCard card, session_.find());
    const sim::Value body = sim::Value::object({{"namespace", pod.ns}, {"pod", pod.name}});
    INFERLAB_TRY(const std::string answer, ask_session(card, "/inferlab/why", sim::to_json(body)));
    INFERLAB_TRY(const sim::Value found, sim::parse_json(answer));
    if (format_ == "json") {
      print_json(terminal, found);
      return kExitDone;
    }
    terminal.out << fmt::format("{}: {}\n", found["pod"].as_string(), found["state"].as_string());
    if (!found["message"].empty()) {
      terminal.out << wrap(found["message"].as_string(), terminal.prose_width()) << "\n";
    }
    std::vector<std::vector<std::string>> rows = {{"NODE", "PLUGIN", "SAYS"}};
    for (const sim::Value& node : found["nodes"].items()) {
      for (const sim::Value& refusal : node["refusals"].items()) {
        rows.push_back({node["node"].str(), refusal["plugin"].str(), refusal["reason"].str()});
      }
      for (const sim::Value& score : node["scores"].items()) {
        rows.push_back({node["node"].str(), score["plugin"].str(),
                        fmt::format("score {}", score["score"].as_int())});
      }
    }
    print_table(terminal, rows);
    return kExitDone;
  }

 private:
  SessionChoice session_;
  std::string pod_, namespace_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_why() {
  return std::make_unique<WhyCommand>();
}

}  // namespace inferlab::labs
