// What the clients of the running cluster get, by Service, and what its replicas are doing.
#include <fmt/format.h>

#include <chrono>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/cli/stop_signals.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// Of seconds, in what one reads at a glance; "-": nobody has observed any.
std::string time_text(const Value& seconds) {
  if (!seconds.is_number()) return "-";
  const double value = seconds.as_double();
  return value < 1 ? fmt::format("{:.0f} ms", value * 1000) : fmt::format("{:.2f} s", value);
}

std::string count_text(const Value& count) {
  return count.is_number() ? fmt::format("{}", count.as_int()) : "-";
}

std::string failed_text(const Value& failed) {
  std::string out;
  for (const auto& [code, count] : failed.members()) {
    out += fmt::format("{}{} with {}", out.empty() ? "" : ", ", count.as_int(), code);
  }
  return out.empty() ? "none" : out;
}

void print_traffic(Terminal& terminal, const Value& seen) {
  terminal.out << terminal.style.faint(
      fmt::format("virtual time {:.0f} s; the last {:.0f} s of it up to the last scrape\n",
                  seen["at"].as_double(), seen["windowSeconds"].as_double()));
  std::vector<std::vector<std::string>> services = {{"SERVICE", "REQ/S", "ANSWERED", "FAILED",
                                                     "IN FLIGHT", "TTFT P50", "TTFT P95",
                                                     "DURATION P95"}};
  const Value &rows = seen["services"], &pods = seen["replicas"];
  for (const Value& row : rows.items()) {
    const std::int64_t ended = row["ended"].as_int();
    services.push_back({row["service"].str(), fmt::format("{:.2f}", row["perSecond"].as_double()),
                        ended == 0 ? "-" : fmt::format("{} of {}", row["answered"].as_int(), ended),
                        failed_text(row["failed"]), count_text(row["inFlight"]),
                        time_text(row["ttftP50"]), time_text(row["ttftP95"]),
                        time_text(row["durationP95"])});
  }
  if (services.size() == 1) {
    terminal.out << "no client has asked for anything yet\n";
  } else {
    print_table(terminal, services);
  }
  std::vector<std::vector<std::string>> replicas = {
      {"REPLICA", "RUNNING", "WAITING", "KV CACHE", "ITL P95", "PREEMPTIONS"}};
  for (const Value& row : pods.items()) {
    const Value& usage = row["kvCacheUsage"];
    replicas.push_back({row["pod"].str(), count_text(row["running"]), count_text(row["waiting"]),
                        usage.is_number() ? fmt::format("{:.0f} %", usage.as_double() * 100) : "-",
                        time_text(row["itlP95"]), count_text(row["preemptions"])});
  }
  if (replicas.size() == 1) return;
  terminal.out << "\n";
  print_table(terminal, replicas);
}

class ClusterTrafficCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.option("--window", window_, "of virtual time that is looked at; 60s if left out");
    args.flag("--watch", watch_, "look again every second");
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const SessionCard card, session_.find());
    const Value body = Value::object({{"window", window_.empty() ? "60s" : window_}});
    const StopSignals signals;
    while (true) {
      INFERLAB_TRY(const std::string answer,
                   ask_session(card, "/inferlab/traffic", sim::to_json(body)));
      INFERLAB_TRY(const Value seen, sim::parse_json(answer));
      if (watch_ && terminal.out_is_terminal) terminal.out << "\x1b[H\x1b[2J";
      if (format_ == "json") {
        print_json(terminal, seen);
      } else {
        print_traffic(terminal, seen);
      }
      terminal.out.flush();
      if (!watch_) return kExitDone;
      const auto next = std::chrono::steady_clock::now() + std::chrono::seconds(1);
      signals.wait([next] { return std::chrono::steady_clock::now() >= next; });
      if (signals.seen()) return kExitDone;
    }
  }

 private:
  SessionChoice session_;
  std::string window_, format_ = "text";
  bool watch_ = false;
};

}  // namespace

std::unique_ptr<Command> make_cluster_traffic() {
  return std::make_unique<ClusterTrafficCommand>();
}

}  // namespace inferlab::labs
