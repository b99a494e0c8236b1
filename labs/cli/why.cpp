// What every scheduler plugin says of a Pod, node by node.
#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/session/control.h"
#include "labs/session/session_folder.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

class WhyCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("POD", pod_, "name of a Pod, or NAMESPACE/POD");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, running_session());
    const std::size_t slash = pod_.find('/');
    const sim::Value body = sim::Value::object(
        {{"namespace", slash == std::string::npos ? "default" : pod_.substr(0, slash)},
         {"pod", slash == std::string::npos ? pod_ : pod_.substr(slash + 1)}});
    INFERLAB_TRY(const std::string answer, ask_session(card, "/inferlab/why", sim::to_json(body)));
    INFERLAB_TRY(const sim::Value found, sim::parse_json(answer));
    if (format_ == "json") {
      print_json(terminal, found);
      return kExitDone;
    }
    terminal.out << fmt::format("{}: {}\n", found["pod"].as_string(), found["state"].as_string());
    if (!found["message"].empty()) terminal.out << found["message"].as_string() << "\n";
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
  std::string pod_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_why() {
  return std::make_unique<WhyCommand>();
}

}  // namespace inferlab::labs
