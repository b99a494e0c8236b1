#include "sim/node/dcgm_process.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "sim/node/node_runtime.h"
#include "sim/node/timers.h"

namespace inferlab::sim {
namespace {

/// Until DCGM watches its fields; our guess.
constexpr Duration kStart = 2s;
constexpr Duration kShutdown = 100ms;
constexpr int kPort = 9400;

class DcgmProcess final : public Workload {
 public:
  explicit DcgmProcess(WorkloadContext context)
      : context_(std::move(context)), timers_(context_.simulation) {}
  ~DcgmProcess() override { leave(); }
  DcgmProcess(const DcgmProcess&) = delete;
  DcgmProcess& operator=(const DcgmProcess&) = delete;

  void start() override {
    log("INFO", "\"Starting dcgm-exporter\"");
    timers_.after(kStart, "dcgm-exporter/start", [this] { initialize(); });
  }
  void terminate() override {
    log("INFO", "\"Received signal\" signal=terminated");
    leave();
    timers_.drop();
    timers_.after(kShutdown, "dcgm-exporter/exit", [this] { context_.host.exit(0); });
  }
  void killed() override { leave(); }
  bool serving() const override { return serving_; }
  bool listens_on(int port) const override { return serving_ && port == kPort; }
  HttpAnswer http_get(int port, std::string_view path) override {
    if (!listens_on(port)) return {};
    return {true, path == "/health" || path == "/metrics" || path == "/" ? 200 : 404, 1ms};
  }
  HostUse host_use() override { return {{}, context_.image.memory_bytes}; }

 private:
  void log(std::string_view level, std::string_view message) {
    const std::string now = format_rfc3339_micro(timers_.now());
    context_.host.log(fmt::format("time={}Z level={} msg={}", now.substr(0, 23), level, message));
  }

  void initialize() {
    const NodeRuntime& machine = *context_.machine;
    log("INFO", "\"DCGM successfully initialized!\"");
    log("INFO", "\"Attempting to initialize NVML library.\"");
    if (machine.gpus.cards().empty() || !machine.pool.driver.installed) {
      log("ERROR", "\"Cannot init NVML library; err: ERROR_LIBRARY_NOT_FOUND\"");
      log("ERROR", "ERROR_LIBRARY_NOT_FOUND");
      context_.host.exit(1);
      return;
    }
    serving_ = true;
    context_.machine->dcgm_exporters.insert(context_.process);
    log("INFO", "\"Starting webserver\"");
  }

  void leave() {
    if (serving_) context_.machine->dcgm_exporters.erase(context_.process);
    serving_ = false;
  }

  WorkloadContext context_;
  bool serving_ = false;
  Timers timers_;
};

}  // namespace

std::unique_ptr<Workload> make_dcgm_process(WorkloadContext context) {
  return std::make_unique<DcgmProcess>(std::move(context));
}

}  // namespace inferlab::sim
