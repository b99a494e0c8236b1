#include "sim/node/probe.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "sim/node/probe_worker.h"

namespace inferlab::sim {
namespace {

class FakeServer final : public Workload {
 public:
  HttpAnswer answer;
  void start() override {}
  void terminate() override {}
  bool listens_on(int /*port*/) const override { return answer.connected; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return answer; }
};

ProbeView http_probe() {
  ProbeView probe;
  probe.http = {.path = "/health", .scheme = "HTTP", .port = 8000};
  return probe;
}

TEST_CASE("run_probe: failures read as the kubelet's do") {
  FakeServer server;
  ProbeView probe = http_probe();
  const auto output = [&] { return run_probe(probe, "10.244.0.2", server).output; };
  CHECK(output() ==
        "Get \"http://10.244.0.2:8000/health\": dial tcp 10.244.0.2:8000: connect: connection "
        "refused");
  server.answer = {true, 503, 1ms};
  CHECK(output() == "HTTP probe failed with statuscode: 503");
  server.answer = {true, 200, 2s};
  CHECK(output() ==
        "Get \"http://10.244.0.2:8000/health\": context deadline exceeded (Client.Timeout exceeded "
        "while awaiting headers)");
  server.answer = {true, 399, 1ms};
  CHECK(run_probe(probe, "10.244.0.2", server).success);
  probe.http.scheme = "HTTPS";
  CHECK(output() ==
        "Get \"https://10.244.0.2:8000/health\": http: server gave HTTP response to HTTPS client");
  probe.action = ProbeView::Action::kTcpSocket;
  CHECK(run_probe(probe, "10.244.0.2", server).success);
  server.answer = {};
  CHECK(output() == "dial tcp 10.244.0.2:8000: connect: connection refused");
}

/// Drives one probe by a script; prints the second of every run, '+' or '-' and changes of result.
struct Rig {
  Simulation simulation{1};
  std::string trace;
  int healthy_from = 0;
  std::unique_ptr<ProbeWorker> worker;

  int now() const {
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::seconds>(simulation.now().time_since_epoch())
            .count());
  }
  void make(ProbeType type, const ProbeView& probe) {
    worker = std::make_unique<ProbeWorker>(
        simulation, type, probe, simulation.now(),
        ProbeWorker::Hooks{
            .run =
                [this] {
                  const bool good = now() >= healthy_from;
                  trace += fmt::format("{}{} ", now(), good ? '+' : '-');
                  return ProbeOutcome{.success = good, .output = "bad"};
                },
            .failed = [](const ProbeOutcome&) {},
            .result_changed =
                [this](bool success) { trace += success ? "success " : "failure "; }});
  }
  void run_until(int second) { simulation.run_until(Time{} + std::chrono::seconds(second)); }
};

TEST_CASE("ProbeWorker: the period counts from the pod's coming, not from the container's start") {
  Rig rig;
  rig.make(ProbeType::kLiveness, http_probe());
  rig.run_until(13);
  rig.worker->container_started();
  rig.run_until(45);
  CHECK(rig.trace == "20+ 30+ 40+ ");
}

TEST_CASE("ProbeWorker: initialDelaySeconds counts from the container's start") {
  Rig rig;
  ProbeView probe = http_probe();
  probe.initial_delay = 15s;
  rig.make(ProbeType::kLiveness, probe);
  rig.run_until(3);
  rig.worker->container_started();
  rig.run_until(41);
  CHECK(rig.trace == "20+ 30+ 40+ ");
}

TEST_CASE("ProbeWorker: a trigger runs the probe at once and counts anew from there") {
  Rig rig;
  rig.make(ProbeType::kReadiness, http_probe());
  rig.worker->set_gate(false);
  rig.worker->container_started();
  rig.run_until(33);
  rig.worker->set_gate(true);
  rig.worker->trigger();
  CHECK(rig.worker->succeeded());
  rig.run_until(60);
  CHECK(rig.trace == "33+ success 43+ 53+ ");
}

TEST_CASE("ProbeWorker: failureThreshold outcomes in a row make a failure, then it holds") {
  Rig rig;
  rig.healthy_from = 1000;
  rig.make(ProbeType::kStartup, http_probe());
  rig.worker->container_started();
  rig.run_until(60);
  CHECK(rig.trace == "0- 10- 20- failure ");
  rig.worker->container_stopped();
  rig.trace.clear();
  rig.healthy_from = 0;
  rig.run_until(65);
  rig.worker->container_started();  // the new container is probed again
  rig.run_until(100);
  CHECK(rig.trace == "70+ success ");
}

TEST_CASE("ProbeWorker: readiness begins as failed and needs successThreshold in a row") {
  Rig rig;
  rig.healthy_from = 15;
  ProbeView probe = http_probe();
  probe.success_threshold = 2;
  rig.make(ProbeType::kReadiness, probe);
  rig.worker->container_started();
  CHECK_FALSE(rig.worker->succeeded());
  rig.run_until(41);
  CHECK(rig.trace == "0- 10- 20+ 30+ success 40+ ");
}

}  // namespace
}  // namespace inferlab::sim
