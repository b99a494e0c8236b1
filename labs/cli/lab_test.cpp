#include "labs/grade/lab_test.h"

#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/report/wrap.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabTestCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab, or path of its folder");
    args.option("--seed", seed_, "of the runs, instead of the lab's");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(LabSpec lab, find_lab(lab_id_));
    if (seed_) lab.seed = *seed_;
    ProgressLine line(terminal, "testing " + lab.id);
    int done = 0;
    const int answers = static_cast<int>(lab.mutants.size()) + 3;
    auto result =
        test_lab(lab, [&](std::string_view answer) { line.show(answer, done++, answers); });
    line.clear();
    if (!result) return result.error();
    if (format_ == "json") {
      print_json(terminal, as_value(*result));
    } else {
      print_text(terminal, *result);
    }
    return result->holds() ? kExitDone : kExitFailed;
  }

 private:
  static Value as_value(const LabTestResult& result) {
    Value::Array rows;
    for (const LabTestRow& row : result.rows) {
      rows.push_back(Value::object({{"answer", row.answer},
                                    {"title", row.title},
                                    {"expected", row.expected},
                                    {"seen", row.seen},
                                    {"earned", row.earned},
                                    {"points", row.points},
                                    {"holds", row.holds}}));
    }
    return Value::object({{"lab", result.lab},
                          {"holds", result.holds()},
                          {"answers", Value::array(std::move(rows))}});
  }

  static void print_text(Terminal& terminal, const LabTestResult& result) {
    std::size_t width = 6;
    for (const LabTestRow& row : result.rows) width = std::max(width, row.answer.size());
    for (const LabTestRow& row : result.rows) {
      const std::string mark =
          row.holds ? terminal.style.good("✔ ok   ") : terminal.style.bad("✘ WRONG");
      terminal.out << fmt::format("{}  {}  {:>3}/{}  {}\n", mark, pad(row.answer, width),
                                  row.earned, row.points,
                                  wrap(row.seen, terminal.width, width + 20));
      if (!row.holds) {
        terminal.out << fmt::format("{}expected: {}\n", std::string(width + 20, ' '),
                                    wrap(row.expected, terminal.width, width + 30));
      }
    }
    terminal.out << (result.holds() ? "The checks judge every answer as the lab says.\n"
                                    : "The checks do not judge as the lab says.\n");
  }

  std::string lab_id_, format_ = "text";
  std::optional<std::uint64_t> seed_;
};

}  // namespace

std::unique_ptr<Command> make_lab_test() {
  return std::make_unique<LabTestCommand>();
}

}  // namespace inferlab::labs
