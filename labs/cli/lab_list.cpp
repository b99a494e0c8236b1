#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/progress/progress.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabList final : public Command {
 public:
  void declare(Args& args) override { args.format(format_); }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const std::vector<LabSpec> labs, list_labs());
    // The labs are worth a list without their scores, too.
    auto progress = Progress::open_default();
    if (!progress) print_warning(terminal, "scores are not shown", progress.error());
    std::vector<std::vector<std::string>> rows = {{"LAB", "MINUTES", "BEST", "STATE", "TITLE"}};
    std::string track;
    Value::Array out;
    for (const LabSpec& lab : labs) {
      LabProgress done;
      if (progress) {
        INFERLAB_TRY(done, progress->lab(lab.id));
      }
      const char* state = !progress           ? "?"
                          : done.passed       ? "passed"
                          : done.attempts > 0 ? "tried"
                                              : "new";
      if (format_ != "json" && lab.track != track) {
        track = lab.track;
        rows.push_back({"", "", "", "", track.empty() ? "Others:" : track + ":"});
      }
      rows.push_back({lab.id, std::to_string(lab.minutes),
                      done.attempts == 0
                          ? std::string("-")
                          : fmt::format("{}/{}", done.best_score, lab.total_points()),
                      state, lab.title});
      out.push_back(Value::object({{"id", lab.id},
                                   {"title", lab.title},
                                   {"track", lab.track},
                                   {"minutes", lab.minutes},
                                   {"points", lab.total_points()},
                                   {"attempts", progress ? Value(done.attempts) : Value()},
                                   {"bestScore", progress ? Value(done.best_score) : Value()},
                                   {"state", progress ? Value(state) : Value()},
                                   {"rows", Value::strings(lab.rows)}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
      return kExitDone;
    }
    print_table(terminal, rows);
    return kExitDone;
  }

 private:
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_list() {
  return std::make_unique<LabList>();
}

}  // namespace inferlab::labs
