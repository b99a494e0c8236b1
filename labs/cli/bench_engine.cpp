#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/backend/cpu/thread_pool.h"
#include "labs/bench/engine/device_cases.h"
#include "labs/bench/engine/engine_cases.h"
#include "labs/bench/engine/engine_figures.h"
#include "labs/bench/engine/peer.h"
#include "labs/bench/in_child.h"
#include "labs/cli/bench_device.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"

namespace inferlab::labs {
namespace {

using sim::Value;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Of two cores: with less a run says nothing of the engine.
constexpr double kLeastShare = 0.9;
/// Runs beyond those that were asked for, in place of void ones.
constexpr int kMoreRuns = 6;

class BenchEngine final : public Command {
 public:
  void declare(Args& args) override {
    std::vector<std::string> names = {"all"};
    for (const EngineFile& file : engine_files()) names.emplace_back(file.name);
    for (const BenchRow& row : engine_bench_table()) names.emplace_back(row.name);
    for (const DeviceModel& model : device_models()) names.emplace_back(model.name);
    args.choice("--only", only_, names,
                "which model file or shape to measure with, or what of ours alone");
    args.option("--device", device_, "cpu, or cuda: a GPU against what it can do at most");
    args.option("--runs", runs_, "how often, by turns; the medians are printed", 1, 99);
    args.option("--threads", threads_, "of each engine; 0: one for each processor", 0, 1024);
    args.flag("--no-peer", no_peer_, "our engine alone");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    const StopSignals signals;
    const auto stopped = [&signals] { return signals.seen(); };
    INFERLAB_TRY_VOID(check_only());
    if (device_ != "cpu") return bench_device(terminal, device_, only_, format_, stopped);
    if (threads_ == 0) threads_ = cpu::available_processors();
    std::optional<Peer> peer;
    const bool is_alone = std::ranges::find(engine_bench_table(), only_, &BenchRow::name) !=
                          engine_bench_table().end();
    if (!no_peer_ && !is_alone) {
      Result<Peer> found = Peer::find(stopped);
      if (signals.seen()) return kExitSignal + signals.number();
      if (found) {
        peer = std::move(found).value();
      } else {
        print_warning(terminal, "our engine is measured alone", found.error());
      }
    }
    for (const EngineFile& file : engine_files()) {
      if (only_ != "all" && file.name != only_) continue;
      const Result<void> done = measure(terminal, file, peer, stopped);
      if (signals.seen()) return kExitSignal + signals.number();
      if (!done) return done.error();
    }
    for (const BenchRow& row : engine_bench_table()) {
      if (only_ != "all" && row.name != only_) continue;
      ProgressLine progress(terminal, std::string(row.name));
      Result<Figures> figures = measure_in_child(
          row, [&](std::string_view what) { progress.show(what, 0, 1); }, stopped);
      if (signals.seen()) return kExitSignal + signals.number();
      if (!figures) return figures.error();
      figures_.insert(figures_.end(), figures->begin(), figures->end());
    }
    print(terminal, peer);
    return kExitDone;
  }

 private:
  /// A name of the other device's table would measure nothing.
  Result<void> check_only() const {
    const auto shapes = device_models();
    const bool is_shape = std::ranges::find(shapes, only_, &DeviceModel::name) != shapes.end();
    if (only_ == "all" || is_shape == (device_ != "cpu")) return {};
    return Error{ErrorKind::kInvalid,
                 fmt::format("--only {}: is not measured with --device {}", only_, device_),
                 is_shape ? "give --device cuda" : "leave --device out"};
  }

  struct Row {
    EngineCase what;
    std::vector<double> ours = {};  // milliseconds, of the runs that count, in their order
    std::vector<double> peer = {};
    int num_void = 0;  // runs in which either side had too little of the cores

    [[nodiscard]] bool is_compared() const { return !ours.empty() && !peer.empty(); }
    [[nodiscard]] double ratio() const { return median(peer) / median(ours); }
  };

  Result<void> measure(Terminal& terminal, const EngineFile& file, const std::optional<Peer>& peer,
                       const std::function<bool()>& stopped) {
    std::vector<Row> rows;
    std::vector<EngineTask> tasks;
    for (const EngineCase& each : engine_cases()) {
      if (each.file != file.name) continue;
      rows.push_back({.what = each});
      tasks.push_back(each.task);
    }
    ProgressLine progress(terminal, std::string(file.name));
    progress.show("writing the model", 0, static_cast<int>(runs_));
    INFERLAB_TRY(const std::string path, engine_file_path(file));
    const auto threads = static_cast<int>(threads_);
    const auto short_of_runs = [this](const Row& row) { return std::ssize(row.ours) < runs_; };
    for (int run = 0; run < runs_ + kMoreRuns && !stopped(); ++run) {
      if (std::none_of(rows.begin(), rows.end(), short_of_runs)) break;
      progress.show("ours", run, static_cast<int>(runs_));
      INFERLAB_TRY(const std::vector<EngineTime> ours, measure_engine(path, tasks, threads));
      std::vector<EngineTime> theirs;
      if (peer && !stopped()) {
        progress.show("the peer", run, static_cast<int>(runs_));
        INFERLAB_TRY(theirs, peer->measure(path, tasks, threads, stopped));
      }
      for (std::size_t i = 0; i < rows.size(); ++i) {
        note(rows[i], ours[i], theirs.empty() ? std::nullopt : std::optional(theirs[i]));
      }
    }
    rows_.insert(rows_.end(), rows.begin(), rows.end());
    return {};
  }

  void note(Row& row, const EngineTime& ours, const std::optional<EngineTime>& peer) const {
    if (std::ssize(row.ours) == runs_) return;
    const double least = kLeastShare * static_cast<double>(threads_);
    const bool is_void = ours.cores < least || (peer && peer->cores < least);
    if (is_void && row.what.task != EngineTask::kBusy) {
      ++row.num_void;
      return;
    }
    row.ours.push_back(ours.ms);
    if (peer) row.peer.push_back(peer->ms);
  }

  static std::string_view unit(EngineTask task) {
    switch (task) {
      case EngineTask::kDecode:
        return "ms a token, one sequence";
      case EngineTask::kEight:
        return "ms a step of eight sequences";
      case EngineTask::kPrefill:
        return "ms for a prompt of 512 tokens";
      case EngineTask::kBusy:
        return "ms a token beside four busy processes";
    }
    return "";
  }

  void print(Terminal& terminal, const std::optional<Peer>& peer) const {
    if (format_ == "json") return print_as_json(terminal, peer);
    if (!rows_.empty()) print_rows(terminal, peer);
    if (!rows_.empty() && !figures_.empty()) terminal.out << "\n";
    if (!figures_.empty()) print_figures(terminal);
  }

  void print_rows(Terminal& terminal, const std::optional<Peer>& peer) const {
    std::vector<std::vector<std::string>> table = {
        {"MODEL", "OURS", "PEER", "TIMES AS FAST", "ASKED", "WHAT"}};
    int num_void = 0;
    for (const Row& row : rows_) {
      num_void += row.num_void;
      const bool compared = row.is_compared();
      const double asked = row.what.asked;
      table.push_back({std::string(row.what.file),
                       row.ours.empty() ? "void" : fmt::format("{:.2f}", median(row.ours)),
                       compared ? fmt::format("{:.2f}", median(row.peer)) : "-",
                       compared ? fmt::format("{:.2f}", row.ratio()) : "-",
                       compared && asked > 0 ? fmt::format(">= {:g}", asked) : "-",
                       std::string(unit(row.what.task))});
    }
    print_table(terminal, table);
    terminal.out << fmt::format(
        "\n{}{} threads each, by turns, medians of {}; void and measured again: {}, because one "
        "side "
        "had less than {:g} of {} cores.\n",
        peer ? "Peer: " + peer->name() + ", " : "", threads_, runs_, num_void,
        kLeastShare * static_cast<double>(threads_), threads_);
  }

  void print_figures(Terminal& terminal) const {
    std::vector<std::vector<std::string>> table = {{"MEASURED", "ASKED", "UNIT", "WHAT"}};
    for (const Figure& figure : figures_) {
      const char* sign = figure.better == Figure::Better::kMore ? ">=" : "<=";
      table.push_back({fmt::format("{:.3g}", figure.value),
                       figure.asked > 0 ? fmt::format("{} {:g}", sign, figure.asked) : "-",
                       figure.unit, figure.what});
    }
    print_table(terminal, table);
  }

  void print_as_json(Terminal& terminal, const std::optional<Peer>& peer) const {
    const auto numbers = [](const std::vector<double>& values) {
      Value::Array array;
      for (const double value : values) array.emplace_back(value);
      return Value::array(std::move(array));
    };
    Value::Array rows;
    for (const Row& row : rows_) {
      const bool compared = row.is_compared();
      const double asked = row.what.asked;
      rows.push_back(
          Value::object({{"model", Value(row.what.file)},
                         {"task", Value(to_string(row.what.task))},
                         {"voidRuns", Value(std::int64_t{row.num_void})},
                         {"oursMs", numbers(row.ours)},
                         {"peerMs", numbers(row.peer)},
                         {"peer", compared ? Value(peer->name()) : Value()},
                         {"ratio", compared ? Value(row.ratio()) : Value()},
                         {"asked", asked > 0 ? Value(asked) : Value()},
                         {"met", compared && asked > 0 ? Value(row.ratio() >= asked) : Value()}}));
    }
    Value::Array figures;
    for (const Figure& figure : figures_) {
      figures.push_back(
          Value::object({{"what", Value(figure.what)},
                         {"value", Value(figure.value)},
                         {"unit", Value(figure.unit)},
                         {"asked", figure.asked > 0 ? Value(figure.asked) : Value()},
                         {"met", figure.asked > 0 ? Value(figure.is_met()) : Value()}}));
    }
    print_json(terminal, Value::object({{"besidePeer", Value::array(std::move(rows))},
                                        {"alone", Value::array(std::move(figures))}}));
  }

  std::string only_ = "all", format_ = "text", device_ = "cpu";
  std::int64_t runs_ = 3, threads_ = 0;
  bool no_peer_ = false;
  std::vector<Row> rows_;
  Figures figures_;
};

}  // namespace

std::unique_ptr<Command> make_bench_engine() {
  return std::make_unique<BenchEngine>();
}

}  // namespace inferlab::labs
