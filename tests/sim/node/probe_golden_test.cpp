#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "sim/node/probe_worker.h"
#include "tests/support/golden.h"

namespace inferlab::sim {
namespace {

/// One probe at a time, of a container that is started, stopped, healthy or not by command.
class ProbeWorld final : public testing::GoldenWorld {
 public:
  std::string run(const testing::GoldenCommand& command) override {
    out_.clear();
    if (command.name == "probe") {
      make(command);
    } else if (command.name == "until") {
      simulation_.run_until(Time{} + std::chrono::seconds(command.integer("second", 0)));
    } else if (command.name == "start") {
      worker_->container_started();
    } else if (command.name == "stop") {
      worker_->container_stopped();
    } else if (command.name == "healthy" || command.name == "unhealthy") {
      healthy_ = command.name == "healthy";
    } else if (command.name == "gate") {
      worker_->set_gate(command.integer("open", 1) != 0);
    } else if (command.name == "trigger") {
      worker_->trigger();
    } else {
      return "unknown command " + command.name + "\n";
    }
    flush();
    return out_;
  }

 private:
  void make(const testing::GoldenCommand& command) {
    const std::string type = command.get("type");
    ProbeView probe;
    probe.period = std::chrono::seconds(command.integer("period", 10));
    probe.initial_delay = std::chrono::seconds(command.integer("initial_delay", 0));
    probe.success_threshold = static_cast<int>(command.integer("success_threshold", 1));
    probe.failure_threshold = static_cast<int>(command.integer("failure_threshold", 3));
    worker_ = std::make_unique<ProbeWorker>(
        simulation_,
        type == "startup"     ? ProbeType::kStartup
        : type == "readiness" ? ProbeType::kReadiness
                              : ProbeType::kLiveness,
        probe, simulation_.now(),
        ProbeWorker::Hooks{
            .run =
                [this] {
                  flush();
                  line_ = fmt::format("{} {}", simulation_.now().time_since_epoch() / 1s,
                                      healthy_ ? "ok" : "failed");
                  return ProbeOutcome{healthy_, {}};
                },
            .failed = [](const ProbeOutcome&) {},
            .result_changed =
                [this](bool success) { line_ += success ? " -> success" : " -> failure"; }});
  }
  void flush() {
    if (!line_.empty()) out_ += line_ + "\n";
    line_.clear();
  }

  Simulation simulation_{1};
  std::unique_ptr<ProbeWorker> worker_;
  bool healthy_ = true;
  std::string line_, out_;
};

TEST_CASE("golden: when the kubelet probes") {
  for (const std::string& failure :
       testing::run_golden_cases("probe", [] { return std::make_unique<ProbeWorld>(); })) {
    FAIL_CHECK(failure);
  }
}

}  // namespace
}  // namespace inferlab::sim
