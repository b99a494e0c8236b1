#include <fmt/format.h>

#include <optional>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/progress/progress.h"
#include "labs/progress/streak.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

using sim::Value;

struct Streaks {
  int worked = 0, passed = 0;  // days in a row
  bool today = false;          // something was done today
};

std::optional<Streaks> streaks_of(Progress& progress) {
  const auto days = progress.days();
  const auto today = progress.today();
  if (!days || !today) return std::nullopt;
  return Streaks{days_in_a_row(days->worked, *today), days_in_a_row(days->passed, *today),
                 !days->worked.empty() && days->worked.back() == *today};
}

class LabList final : public Command {
 public:
  void declare(Args& args) override {
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const std::vector<LabSpec> labs, list_labs());
    // The labs are worth a list without their scores, too.
    const std::string learner = learner_of(learner_);
    auto progress = Progress::open_default(learner);
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
    const std::optional<Streaks> streaks = progress ? streaks_of(*progress) : std::nullopt;
    if (format_ == "json") {
      Value days;
      if (streaks) {
        days = Value::object(
            {{"worked", streaks->worked}, {"passed", streaks->passed}, {"today", streaks->today}});
      }
      print_json(terminal, Value::object({{"learner", learner},
                                          {"daysInARow", std::move(days)},
                                          {"labs", Value::array(std::move(out))}}));
      return kExitDone;
    }
    print_table(terminal, rows);
    if (streaks && streaks->worked > 0) {
      terminal.out << fmt::format(
          "\nDays in a row: {} with work on a lab{}, {} with a lab passed.\n", streaks->worked,
          streaks->today ? "" : " (today not yet)", streaks->passed);
    }
    return kExitDone;
  }

 private:
  std::string learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_list() {
  return std::make_unique<LabList>();
}

}  // namespace inferlab::labs
