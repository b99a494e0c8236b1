#include <fmt/format.h>

#include <algorithm>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/grade/coverage.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabCoverage final : public Command {
 public:
  void declare(Args& args) override {
    args.flag("--missing", missing_, "only what no lab grades yet");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const std::vector<LabSpec> labs, list_labs());
    ProgressLine line(terminal, "grading the labs' solutions");
    auto rows =
        coverage(labs, [&](std::string_view lab, int done, int of) { line.show(lab, done, of); });
    line.clear();
    if (!rows) return rows.error();
    const auto covered = std::count_if(rows->begin(), rows->end(),
                                       [](const CoverageRow& row) { return row.covered; });
    if (missing_) std::erase_if(*rows, [](const CoverageRow& row) { return row.covered; });
    if (format_ == "json") {
      Value::Array out;
      for (const CoverageRow& row : *rows) {
        out.push_back(Value::object({{"id", row.id},
                                     {"title", row.title},
                                     {"covered", row.covered},
                                     {"lab", row.lab},
                                     {"check", row.check},
                                     {"why_not", row.why_not}}));
      }
      print_json(terminal, Value::object({{"rows", Value::array(std::move(out))},
                                          {"covered", static_cast<std::int64_t>(covered)}}));
      return kExitDone;
    }
    std::vector<std::vector<std::string>> table = {{"ROW", "GRADED BY", "WHAT"}};
    for (const CoverageRow& row : *rows) {
      table.push_back({row.id, row.covered ? fmt::format("{} / {}", row.lab, row.check) : "-",
                       row.covered ? row.title : fmt::format("{} ({})", row.title, row.why_not)});
    }
    print_table(terminal, table);
    terminal.out << fmt::format("{} rows are graded, by {} labs.\n", covered, labs.size());
    return kExitDone;
  }

 private:
  bool missing_ = false;
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_coverage() {
  return std::make_unique<LabCoverage>();
}

}  // namespace inferlab::labs
