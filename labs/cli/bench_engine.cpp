#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/backend/cpu/thread_pool.h"
#include "labs/bench/engine/device_cases.h"
#include "labs/bench/engine/engine_cases.h"
#include "labs/bench/engine/peer.h"
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

class BenchEngine final : public Command {
 public:
  void declare(Args& args) override {
    std::vector<std::string> names = {"all"};
    for (const EngineFile& file : engine_files()) names.emplace_back(file.name);
    for (const DeviceModel& model : device_models()) names.emplace_back(model.name);
    args.choice("--only", only_, names, "which model file to measure with");
    args.option("--device", device_, "cpu, or cuda: a GPU against what it can do at most");
    args.option("--runs", runs_, "how often, by turns; the medians are printed", 1, 99);
    args.option("--threads", threads_, "of each engine; 0: one for each processor", 0, 1024);
    args.flag("--no-peer", no_peer_, "our engine alone");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    const StopSignals signals;
    const auto stopped = [&signals] { return signals.seen(); };
    if (device_ != "cpu") return bench_device(terminal, device_, only_, format_, stopped);
    if (threads_ == 0) threads_ = cpu::available_processors();
    std::optional<Peer> peer;
    if (!no_peer_) {
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
    print(terminal, peer);
    return kExitDone;
  }

 private:
  struct Row {
    EngineCase what;
    std::vector<double> ours;  // milliseconds, of the runs in their order
    std::vector<double> peer;
  };

  Result<void> measure(Terminal& terminal, const EngineFile& file, const std::optional<Peer>& peer,
                       const std::function<bool()>& stopped) {
    std::vector<Row> rows;
    std::vector<EngineTask> tasks;
    for (const EngineCase& each : engine_cases()) {
      if (each.file != file.name) continue;
      rows.push_back({.what = each, .ours = {}, .peer = {}});
      tasks.push_back(each.task);
    }
    ProgressLine progress(terminal, std::string(file.name));
    progress.show("writing the model", 0, static_cast<int>(runs_));
    INFERLAB_TRY(const std::string path, engine_file_path(file));
    const auto threads = static_cast<int>(threads_);
    for (int run = 0; run < runs_ && !stopped(); ++run) {
      progress.show("ours", run, static_cast<int>(runs_));
      INFERLAB_TRY(const std::vector<double> ours, measure_engine(path, tasks, threads));
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i].ours.push_back(ours[i]);
      if (!peer || stopped()) continue;
      progress.show("the peer", run, static_cast<int>(runs_));
      INFERLAB_TRY(const std::vector<double> theirs, peer->measure(path, tasks, threads, stopped));
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i].peer.push_back(theirs[i]);
    }
    rows_.insert(rows_.end(), rows.begin(), rows.end());
    return {};
  }

  static std::string_view unit(EngineTask task) {
    switch (task) {
      case EngineTask::kDecode:
        return "ms a token, one sequence";
      case EngineTask::kEight:
        return "ms a step of eight sequences";
      case EngineTask::kPrefill:
        return "ms for a prompt of 512 tokens";
    }
    return "";
  }

  void print(Terminal& terminal, const std::optional<Peer>& peer) const {
    std::vector<std::vector<std::string>> table = {
        {"MODEL", "OURS", "PEER", "TIMES AS FAST", "ASKED", "WHAT"}};
    Value::Array out;
    const auto numbers = [](const std::vector<double>& values) {
      Value::Array array;
      for (const double value : values) array.emplace_back(value);
      return Value::array(std::move(array));
    };
    for (const Row& row : rows_) {
      const double ours = median(row.ours);
      const double asked = row.what.asked;
      const bool compared = !row.peer.empty();
      const double ratio = compared ? median(row.peer) / ours : 0;
      table.push_back({std::string(row.what.file), fmt::format("{:.2f}", ours),
                       compared ? fmt::format("{:.2f}", median(row.peer)) : "-",
                       compared ? fmt::format("{:.2f}", ratio) : "-",
                       compared && asked > 0 ? fmt::format(">= {:g}", asked) : "-",
                       std::string(unit(row.what.task))});
      out.push_back(
          Value::object({{"model", Value(row.what.file)},
                         {"task", Value(to_string(row.what.task))},
                         {"oursMs", numbers(row.ours)},
                         {"peerMs", numbers(row.peer)},
                         {"peer", compared ? Value(peer->name()) : Value()},
                         {"ratio", compared ? Value(ratio) : Value()},
                         {"asked", asked > 0 ? Value(asked) : Value()},
                         {"met", compared && asked > 0 ? Value(ratio >= asked) : Value()}}));
    }
    if (format_ == "json") {
      print_json(terminal, Value::array(std::move(out)));
      return;
    }
    print_table(terminal, table);
    if (peer) {
      terminal.out << fmt::format("\nPeer: {}, {} threads each, by turns, medians of {}.\n",
                                  peer->name(), threads_, runs_);
    }
  }

  std::string only_ = "all", format_ = "text", device_ = "cpu";
  std::int64_t runs_ = 3, threads_ = 0;
  bool no_peer_ = false;
  std::vector<Row> rows_;
};

}  // namespace

std::unique_ptr<Command> make_bench_engine() {
  return std::make_unique<BenchEngine>();
}

}  // namespace inferlab::labs
