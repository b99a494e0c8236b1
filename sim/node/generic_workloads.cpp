#include "sim/node/generic_workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "sim/node/busy_workload.h"
#include "sim/node/busybox.h"
#include "sim/node/curl.h"
#include "sim/node/dcgm_process.h"
#include "sim/node/device_plugin.h"
#include "sim/node/shell_run.h"
#include "sim/node/timers.h"

namespace inferlab::sim {
namespace {

constexpr Duration kServerStart = 500ms;
constexpr Duration kServerShutdown = 100ms;
constexpr Duration kCrashAfter = 1s;
/// What a process takes at least, from its start to its end or from one step to the next.
constexpr Duration kLeastStep = 10ms;

/// cudaErrorInsufficientDriver, as cudaGetErrorString() says it.
constexpr std::string_view kInsufficientDriver =
    "CUDA error: CUDA driver version is insufficient for CUDA runtime version";

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

/// The pause program, and whatever else is not carried out: runs until told to stop.
class Sleeper final : public Workload {
 public:
  explicit Sleeper(WorkloadContext context)
      : context_(std::move(context)), use_(context_), timers_(context_.simulation) {}

  void start() override {}
  void terminate() override {
    timers_.after(0s, "sleeper/exit", [this] { context_.host.exit(0); });
  }
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }
  HostUse host_use() override { return use_.now(); }

 private:
  WorkloadContext context_;
  SteadyUse use_;
  Timers timers_;
};

/// A command that is carried out: what it prints is the log, how it ends is how the container ends.
/// Process 1 of its container, so that SIGTERM, for which it has no handler, does nothing.
class Script final : public Workload {
 public:
  Script(WorkloadContext context, ShellScript script)
      : context_(std::move(context)),
        use_(context_),
        run_(std::move(script), {.environment = context_.container.env,
                                 .hostname = context_.pod,
                                 .files = context_.files,
                                 .calls_out = is_call_of_curl}),
        timers_(context_.simulation) {}

  void start() override { go_on(/*is_start=*/true); }
  void terminate() override {}
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }
  HostUse host_use() override { return use_.now(); }

 private:
  void go_on(bool is_start) {
    for (;;) {
      const ShellRun::Step step = run_.next(context_.simulation.now());
      switch (step.kind) {
        case ShellRun::Step::Kind::kLine:
          context_.host.log(step.line);
          break;
        case ShellRun::Step::Kind::kSleep:
          if (step.time == Duration::max()) return;
          timers_.after(std::max(step.time, kLeastStep), "shell/sleep",
                        [this] { go_on(/*is_start=*/false); });
          return;
        case ShellRun::Step::Kind::kCall:
          return call(step.words);
        case ShellRun::Step::Kind::kUnknown:  // with what variables have turned out to be
          context_.host.log("sh: a command is not simulated here with these values");
          return end(2, is_start);
        case ShellRun::Step::Kind::kExit:
          return end(step.code, is_start);
      }
    }
  }

  void end(int code, bool is_start) {
    if (!is_start) return context_.host.exit(code);
    timers_.after(kLeastStep, "shell/exit", [this, code] { context_.host.exit(code); });
  }

  void call(const std::vector<std::string>& words) {
    const Time began = context_.simulation.now();
    const std::optional<CurlCommand> curl = CurlCommand::of(words);
    if (!curl || context_.network == nullptr) {
      // What stood for a value has turned out to be something that is not carried out.
      run_.answer({.status = 2, .errors = "curl: option not simulated here"});
      timers_.after(kLeastStep, "shell/call", [this] { go_on(/*is_start=*/false); });
      return;
    }
    context_.network->send(curl_request(*curl, context_.ns),
                           timers_.guarded([this, curl = *curl, began](const HttpReply& reply) {
                             const Duration took = context_.simulation.now() - began;
                             run_.answer(curl_ended(curl, reply, took));
                             go_on(/*is_start=*/false);
                           }));
  }

  WorkloadContext context_;
  SteadyUse use_;
  ShellRun run_;
  Timers timers_;
};

/// The container runtime cannot start it.
class Unstartable final : public Workload {
 public:
  Unstartable(WorkloadContext context, std::string why)
      : context_(std::move(context)), why_(std::move(why)) {}

  void start() override { context_.host.exit(128, "StartError", why_); }
  void terminate() override {}
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }

 private:
  WorkloadContext context_;
  std::string why_;
};

class RefusedByExec final : public Workload {
 public:
  RefusedByExec(WorkloadContext context, std::string why)
      : context_(std::move(context)), why_(std::move(why)), timers_(context_.simulation) {}

  void start() override {
    timers_.after(10ms, "exec/refused", [this] {
      context_.host.log(why_);
      context_.host.exit(1);
    });
  }
  void terminate() override {}
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }

 private:
  WorkloadContext context_;
  std::string why_;
  Timers timers_;
};

class Crasher final : public Workload {
 public:
  explicit Crasher(WorkloadContext context)
      : context_(std::move(context)), use_(context_), timers_(context_.simulation) {}

  void start() override {
    timers_.after(kCrashAfter, "crasher/exit", [this] {
      context_.host.log(context_.driver_is_too_old ? kInsufficientDriver : "fatal: giving up");
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

std::vector<std::string> command_line(const WorkloadContext& context) {
  std::vector<std::string> words = context.container.command;
  words.insert(words.end(), context.container.args.begin(), context.container.args.end());
  return words;
}

std::optional<ShellScript> script_of(const WorkloadContext& context) {
  return ShellScript::of_command(command_line(context), is_call_of_curl);
}

}  // namespace

std::unique_ptr<Workload> make_generic_workload(WorkloadContext context) {
  switch (context.image.behaviour) {
    case ImageSpec::Behaviour::kHttpServer:
      // Arguments alone go to the server, which takes any.
      if (!context.container.command.empty()) {
        if (auto script = script_of(context)) {
          return std::make_unique<Script>(std::move(context), std::move(*script));
        }
      }
      if (context.driver_is_too_old) return std::make_unique<Crasher>(std::move(context));
      return std::make_unique<HttpServer>(std::move(context));
    case ImageSpec::Behaviour::kSleeper:
      return make_sleeper(std::move(context));
    case ImageSpec::Behaviour::kBusy: {
      if (auto script = script_of(context)) {
        return std::make_unique<Script>(std::move(context), std::move(*script));
      }
      const std::vector<std::string> words = command_line(context);
      return make_busy_workload(std::move(context), words);
    }
    case ImageSpec::Behaviour::kCrasher:
      return std::make_unique<Crasher>(std::move(context));
    case ImageSpec::Behaviour::kDevicePlugin:
      return make_device_plugin(std::move(context));
    case ImageSpec::Behaviour::kDcgmExporter:
      return make_dcgm_process(std::move(context));
    case ImageSpec::Behaviour::kLlmServer:
      break;
  }
  return nullptr;
}

std::unique_ptr<Workload> make_sleeper(WorkloadContext context) {
  const std::vector<std::string> words = command_line(context);
  const bool is_there =
      words.empty() || !is_busybox(context.image.repository) || busybox_has(words.front());
  if (!is_there) return make_no_such_program(std::move(context), words.front());
  if (auto script = script_of(context)) {
    return std::make_unique<Script>(std::move(context), std::move(*script));
  }
  return std::make_unique<Sleeper>(std::move(context));
}

std::unique_ptr<Workload> make_no_such_program(WorkloadContext context, std::string program) {
  const bool is_path = program.find('/') != std::string::npos;
  const std::string why = is_path ? fmt::format("stat {}: no such file or directory", program)
                                  : "executable file not found in $PATH";
  return make_unstartable(std::move(context),
                          fmt::format("failed to create containerd task: failed to create shim "
                                      "task: OCI runtime create failed: runc create failed: unable "
                                      "to start container process: exec: \"{}\": {}: unknown",
                                      program, why));
}

std::unique_ptr<Workload> make_refused_by_exec(WorkloadContext context, std::string why) {
  return std::make_unique<RefusedByExec>(std::move(context), std::move(why));
}

std::unique_ptr<Workload> make_unstartable(WorkloadContext context, std::string why) {
  return std::make_unique<Unstartable>(std::move(context), std::move(why));
}

std::unique_ptr<Workload> GenericWorkloads::make(WorkloadContext context) {
  if (context.image.behaviour != ImageSpec::Behaviour::kLlmServer) {
    return make_generic_workload(std::move(context));
  }
  return std::make_unique<Crasher>(std::move(context));
}

}  // namespace inferlab::sim
