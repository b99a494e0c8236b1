#include "sim/node/generic_workloads.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "sim/node/timers.h"

namespace inferlab::sim {
namespace {

constexpr Duration kServerStart = 500ms;
constexpr Duration kServerShutdown = 100ms;
constexpr Duration kCrashAfter = 1s;

/// What the image says, from its start on.
class SteadyUse {
 public:
  explicit SteadyUse(const WorkloadContext& context)
      : simulation_(context.simulation), image_(context.image), began_(simulation_.now()) {}
  HostUse now() const {
    return {(simulation_.now() - began_) * image_.cpu_milli / 1000, image_.memory_bytes};
  }

 private:
  Simulation& simulation_;
  const ImageSpec& image_;
  const Time began_;
};

/// Answers 200 on its containerPorts (8080 when it names none) a moment after it starts.
class HttpServer final : public Workload {
 public:
  explicit HttpServer(WorkloadContext context)
      : context_(std::move(context)), use_(context_), timers_(context_.simulation) {}

  void start() override {
    timers_.after(kServerStart, "http-server/listen", [this] {
      listening_ = true;
      context_.host.log("listening");
    });
  }
  void terminate() override {
    listening_ = false;
    timers_.after(kServerShutdown, "http-server/exit", [this] { context_.host.exit(0); });
  }
  bool serving() const override { return listening_; }
  bool listens_on(int port) const override {
    if (!listening_) return false;
    const std::vector<int>& ports = context_.container.container_ports;
    if (ports.empty()) return port == 8080;
    return std::find(ports.begin(), ports.end(), port) != ports.end();
  }
  HttpAnswer http_get(int port, std::string_view /*path*/) override {
    if (!listens_on(port)) return {};
    return {true, 200, 1ms};
  }
  HostUse host_use() override { return use_.now(); }

 private:
  WorkloadContext context_;
  SteadyUse use_;
  bool listening_ = false;
  Timers timers_;
};

/// The seconds of `sleep N` ("infinity": none), when the command line is that.
std::optional<std::optional<Duration>> sleep_of(const ContainerView& container) {
  std::vector<std::string> words = container.command;
  words.insert(words.end(), container.args.begin(), container.args.end());
  const auto sleep = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word == "sleep" || word.ends_with("/sleep");
  });
  if (sleep == words.end() || sleep + 1 == words.end()) return std::nullopt;
  std::int64_t seconds = 0;
  const std::string& text = *(sleep + 1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || seconds < 0 || seconds > 1'000'000'000) {
    return std::optional<std::optional<Duration>>{std::optional<Duration>{}};
  }
  return std::optional<Duration>{std::chrono::seconds(seconds)};
}

/// Runs until told to stop. `sleep N` ends by itself and, as process 1 of its container, does not
/// react to SIGTERM; the pause program does.
class Sleeper final : public Workload {
 public:
  explicit Sleeper(WorkloadContext context)
      : context_(std::move(context)), use_(context_), timers_(context_.simulation) {}

  void start() override {
    const auto sleep = sleep_of(context_.container);
    if (!sleep) return;
    ignores_sigterm_ = true;
    if (*sleep) timers_.after(**sleep, "sleeper/exit", [this] { context_.host.exit(0); });
  }
  void terminate() override {
    if (ignores_sigterm_) return;
    timers_.after(0s, "sleeper/exit", [this] { context_.host.exit(0); });
  }
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }
  HostUse host_use() override { return use_.now(); }

 private:
  WorkloadContext context_;
  SteadyUse use_;
  bool ignores_sigterm_ = false;
  Timers timers_;
};

class Crasher final : public Workload {
 public:
  explicit Crasher(WorkloadContext context)
      : context_(std::move(context)), use_(context_), timers_(context_.simulation) {}

  void start() override {
    timers_.after(kCrashAfter, "crasher/exit", [this] {
      context_.host.log("fatal: giving up");
      context_.host.exit(1);
    });
  }
  void terminate() override {}
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }
  HostUse host_use() override { return use_.now(); }

 private:
  WorkloadContext context_;
  SteadyUse use_;
  Timers timers_;
};

}  // namespace

std::unique_ptr<Workload> make_generic_workload(WorkloadContext context) {
  switch (context.image.behaviour) {
    case ImageSpec::Behaviour::kHttpServer:
      return std::make_unique<HttpServer>(std::move(context));
    case ImageSpec::Behaviour::kSleeper:
      return std::make_unique<Sleeper>(std::move(context));
    case ImageSpec::Behaviour::kCrasher:
      return std::make_unique<Crasher>(std::move(context));
    case ImageSpec::Behaviour::kLlmServer:
      break;
  }
  return nullptr;
}

std::unique_ptr<Workload> make_sleeper(WorkloadContext context) {
  return std::make_unique<Sleeper>(std::move(context));
}

std::unique_ptr<Workload> GenericWorkloads::make(WorkloadContext context) {
  if (context.image.behaviour != ImageSpec::Behaviour::kLlmServer) {
    return make_generic_workload(std::move(context));
  }
  return std::make_unique<Crasher>(std::move(context));
}

}  // namespace inferlab::sim
