// Every metric that was scraped in the running cluster: which names there are, and their values.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "labs/cli/commands.h"
#include "labs/cli/metrics_json.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/report/escape.h"
#include "labs/session/control.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class ClusterMetricsCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("NAME", name_, "metrics whose names begin so; all if left out", false);
    args.flag("--names", names_, "the names alone");
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, session_.find());
    INFERLAB_TRY(const std::string text, ask_session(card, "/inferlab/metrics", ""));
    constexpr std::string_view kType = "# TYPE ";
    const bool is_json = format_ == "json";
    Value::Array out;
    bool found = false, wanted = false;
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end);
      const bool is_type = line.starts_with(kType);
      if (is_type) {
        const std::string_view name = line.substr(kType.size());
        wanted = name.starts_with(name_);
        if (wanted && names_ && is_json)
          out.emplace_back(std::string(name.substr(0, name.find(' '))));
        if (wanted && names_ && !is_json) terminal.out << name.substr(0, name.find(' ')) << "\n";
        found = found || wanted;
      }
      if (!wanted || names_) continue;
      const std::string_view text_line = line.substr(0, line.size() - 1);
      if (!is_json) {
        terminal.out << for_terminal(text_line) << "\n";
      } else if (Value sample = sample_json(text_line); !sample.is_null()) {
        out.push_back(std::move(sample));
      }
    }
    if (found && is_json) print_json(terminal, Value::array(std::move(out)));
    if (found) return kExitDone;
    return Error{ErrorKind::kNotFound,
                 name_.empty() ? std::string("metrics: none has been scraped yet")
                               : fmt::format("metrics: no name begins with \"{}\"", name_),
                 name_.empty() ? "they are scraped every few seconds of virtual time"
                               : "see all: inferlab cluster metrics --names"};
  }

 private:
  SessionChoice session_;
  std::string name_, format_ = "text";
  bool names_ = false;
};

}  // namespace

std::unique_ptr<Command> make_cluster_metrics() {
  return std::make_unique<ClusterMetricsCommand>();
}

}  // namespace inferlab::labs
