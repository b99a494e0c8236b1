#include "sim/node/busy_workload.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "sim/node/timers.h"

namespace inferlab::sim {
namespace {

constexpr std::int64_t kMostCpus = 4096;               // as stress-ng's STRESS_PROCS_MAX
constexpr Duration kLongestTimeout = 24h * 365 * 100;  // longer than any run

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

/// "90", "90s", "5m", "1h", "1d".
std::optional<Duration> timeout_of(std::string_view text) {
  Duration unit = 1s;
  if (text.ends_with('m')) unit = 1min;
  if (text.ends_with('h')) unit = 1h;
  if (text.ends_with('d')) unit = 24h;
  if (!text.empty() && std::string_view("smhd").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  const auto number = number_of(text);
  if (!number || *number > kLongestTimeout / unit) return std::nullopt;
  return unit * *number;
}

class BusyWorkload final : public Workload {
 public:
  BusyWorkload(WorkloadContext context, std::optional<StressArgs> args)
      : context_(std::move(context)), args_(args), timers_(context_.simulation) {}

  void start() override {
    began_ = timers_.now();
    if (!args_) {
      timers_.after(10ms, "busy/exit", [this] {
        context_.host.log("stress-ng: error: [1] cannot parse the value of an option");
        context_.host.exit(1);
      });
      return;
    }
    context_.host.log(
        fmt::format("stress-ng: info:  [1] dispatching hogs: {:.0f} cpu", busy_cpus()));
    if (args_->timeout > 0s) {
      timers_.after(args_->timeout, "busy/timeout", [this] {
        context_.host.log("stress-ng: info:  [1] successful run completed");
        context_.host.exit(0);
      });
    }
  }
  void terminate() override {
    timers_.after(0s, "busy/exit", [this] { context_.host.exit(0); });
  }
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }

  double busy_cpus() const override {
    if (!args_) return 0;
    const std::int64_t all = std::max<std::int64_t>(1, context_.pool.cpu_milli / 1000);
    return static_cast<double>(args_->cpus == 0 ? all : args_->cpus);
  }
  void use_cpu(Duration time) override { used_ += time; }
  HostUse host_use() override {
    context_.settle_cpus();
    return {used_, context_.image.memory_bytes};
  }
  /// Its quota lasts for as much of each period as its limit is of what it wants.
  CfsUse cfs_use() override {
    constexpr Duration kPeriod = 100ms;
    const auto limit = context_.container.limits.find("cpu");
    if (limit == context_.container.limits.end()) return {};
    const std::int64_t periods = (timers_.now() - began_) / kPeriod;
    const double runs = static_cast<double>(limit->second.milli()) / 1000 / busy_cpus();
    if (runs >= 1 || busy_cpus() <= 0) return {periods, 0, {}};
    const double stands = static_cast<double>((kPeriod * periods).count()) * (1 - runs);
    return {periods, periods, Duration{std::llround(stands)}};
  }

 private:
  WorkloadContext context_;
  std::optional<StressArgs> args_;
  Time began_{};
  Duration used_{};
  Timers timers_;
};

}  // namespace

std::optional<StressArgs> parse_stress_args(const std::vector<std::string>& words) {
  StressArgs out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view name = words[i];
    std::string_view value = i + 1 < words.size() ? std::string_view(words[i + 1]) : "";
    if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    if (name == "--cpu" || name == "-c") {
      const auto cpus = number_of(value);
      if (!cpus || *cpus > kMostCpus) return std::nullopt;
      out.cpus = *cpus;
    } else if (name == "--timeout" || name == "-t") {
      const auto timeout = timeout_of(value);
      if (!timeout) return std::nullopt;
      out.timeout = *timeout;
    }
  }
  return out;
}

std::unique_ptr<Workload> make_busy_workload(WorkloadContext context,
                                             const std::vector<std::string>& words) {
  return std::make_unique<BusyWorkload>(std::move(context), parse_stress_args(words));
}

}  // namespace inferlab::sim
