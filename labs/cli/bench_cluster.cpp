#include <fmt/format.h>

#include <algorithm>

#include "labs/bench/in_child.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// "20,000", "0.41": as many digits as a reader can use.
std::string amount(double value) {
  if (value < 100) return fmt::format("{:.3g}", value);
  std::string digits = fmt::format("{:.0f}", value);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

class BenchCluster final : public Command {
 public:
  void declare(Args& args) override {
    std::vector<std::string> names = {"all"};
    for (const BenchRow& row : cluster_bench_table()) names.emplace_back(row.name);
    args.choice("--only", only_, names, "what to measure");
    args.option("--runs", runs_, "how often; the medians are printed", 1, 99);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    const StopSignals signals;
    for (const BenchRow& row : cluster_bench_table()) {
      if (only_ != "all" && row.name != only_) continue;
      const Result<void> done = measure(terminal, row, signals);
      if (signals.seen()) return kExitSignal + signals.number();
      if (!done) return done.error();
    }
    print(terminal);
    return kExitDone;
  }

 private:
  struct Row {
    Figure median;
    std::vector<double> values;  // of the runs, in their order
  };

  Result<void> measure(Terminal& terminal, const BenchRow& row, const StopSignals& signals) {
    std::vector<Figures> runs;
    ProgressLine progress(terminal, std::string(row.name));
    for (int run = 0; run < runs_; ++run) {
      INFERLAB_TRY(Figures figures, measure_in_child(
                                        row,
                                        [&](std::string_view what) {
                                          progress.show(what, run, static_cast<int>(runs_));
                                        },
                                        [&] { return signals.seen(); }));
      runs.push_back(std::move(figures));
    }
    for (std::size_t i = 0; i < runs.front().size(); ++i) {
      Row out{runs.front()[i], {}};
      for (const Figures& figures : runs) out.values.push_back(figures[i].value);
      std::vector<double> sorted = out.values;
      std::sort(sorted.begin(), sorted.end());
      out.median.value = sorted[sorted.size() / 2];
      measured_.push_back(std::move(out));
    }
    return {};
  }

  void print(Terminal& terminal) const {
    std::vector<std::vector<std::string>> rows = {{"MEASURED", "ASKED", "UNIT", "WHAT"}};
    Value::Array out;
    for (const Row& row : measured_) {
      const Figure& figure = row.median;
      const char* sign = figure.better == Figure::Better::kMore ? ">=" : "<";
      rows.push_back({figure.text.empty() ? amount(figure.value) : figure.text,
                      figure.asked > 0 ? fmt::format("{} {}", sign, amount(figure.asked)) : "-",
                      figure.unit.empty() ? "-" : figure.unit, figure.what});
      Value::Array values;
      for (const double value : row.values) values.emplace_back(value);
      out.push_back(Value::object(
          {{"what", Value(figure.what)},
           {"median", figure.text.empty() ? Value(figure.value) : Value(figure.text)},
           {"unit", figure.unit.empty() ? Value() : Value(figure.unit)},
           {"asked", figure.asked > 0 ? Value(figure.asked) : Value()},
           {"met", figure.asked > 0 ? Value(figure.is_met()) : Value()},
           {"runs", figure.text.empty() ? Value::array(std::move(values)) : Value()}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
    } else {
      print_table(terminal, rows);
    }
  }

  std::string only_ = "all", format_ = "text";
  std::int64_t runs_ = 3;
  std::vector<Row> measured_;
};

}  // namespace

std::unique_ptr<Command> make_bench_cluster() {
  return std::make_unique<BenchCluster>();
}

}  // namespace inferlab::labs
