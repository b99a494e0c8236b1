#include "sim/node/device_plugin.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "sim/node/node_runtime.h"
#include "sim/node/timers.h"

namespace inferlab::sim {
namespace {

/// Until NVML has answered and the kubelet has taken the registration; our guess.
constexpr Duration kStart = 1s;
constexpr Duration kShutdown = 100ms;
constexpr std::string_view kSockets = "/var/lib/kubelet/device-plugins";

class DevicePlugin final : public Workload {
 public:
  explicit DevicePlugin(WorkloadContext context)
      : context_(std::move(context)), timers_(context_.simulation) {}
  ~DevicePlugin() override { leave(); }
  DevicePlugin(const DevicePlugin&) = delete;
  DevicePlugin& operator=(const DevicePlugin&) = delete;

  void start() override {
    klog('I', "main.go:235",
         fmt::format("\"Starting NVIDIA Device Plugin\" version=\"{}\"", version()));
    klog('I', "main.go:238", fmt::format("Starting FS watcher for {}", kSockets));
    timers_.after(kStart, "device-plugin/start", [this] { initialize(); });
  }
  void terminate() override {
    klog('I', "main.go:302", "Received signal \"terminated\", shutting down.");
    klog('I', "main.go:388", "Stopping plugins.");
    for (const auto& [resource, count] : context_.machine->gpus.capacity()) {
      if (!is_registered_) break;
      klog('I', "server.go:164",
           fmt::format("Stopping to serve '{}' on {}", resource, socket_of(resource)));
    }
    leave();
    is_kubelets_folder_ = false;
    timers_.drop();
    timers_.after(kShutdown, "device-plugin/exit", [this] { context_.host.exit(0); });
  }
  void killed() override { leave(); }
  void kubelet_restarted() override {
    if (!is_kubelets_folder_) return;
    klog('I', "main.go:285",
         fmt::format("inotify: {}/kubelet.sock created, restarting.", kSockets));
    klog('I', "main.go:388", "Stopping plugins.");
    leave();
    timers_.drop();
    timers_.after(kStart, "device-plugin/restart", [this] { start_plugins(); });
  }
  bool serving() const override { return is_registered_; }
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }
  HostUse host_use() override { return {{}, context_.image.memory_bytes}; }

 private:
  /// klog's header: severity, day and time, thread, place.
  void klog(char severity, std::string_view place, std::string_view text) {
    const std::string now = format_rfc3339_micro(timers_.now());  // 2026-01-31T16:00:00.000000Z
    context_.host.log(fmt::format("{}{}{} {}       1 {}] {}", severity, now.substr(5, 2),
                                  now.substr(8, 2), now.substr(11, 15), place, text));
  }

  [[nodiscard]] std::string_view version() const {
    return context_.image.tags.empty() ? std::string_view("unknown")
                                       : std::string_view(context_.image.tags.front());
  }

  static std::string socket_of(std::string_view resource) {
    return fmt::format("{}/nvidia-{}.sock", kSockets, resource.substr(resource.find('/') + 1));
  }

  void fail(std::string_view why) {
    klog('E', "main.go:173", why);
    context_.host.exit(1);
  }

  [[nodiscard]] bool fails_on_init_error() const {
    const auto is_false = [](std::string_view value) {
      return value == "false" || value == "0" || value == "f" || value == "False" ||
             value == "FALSE" || value == "F";
    };
    for (const auto* words : {&context_.container.command, &context_.container.args}) {
      for (std::string_view word : *words) {
        constexpr std::string_view kFlag = "--fail-on-init-error=";
        if (word.starts_with(kFlag)) return !is_false(word.substr(kFlag.size()));
      }
    }
    const auto variable = context_.container.env.find("FAIL_ON_INIT_ERROR");
    return variable == context_.container.env.end() || !is_false(variable->second);
  }

  void initialize() {
    const FilePlace sockets = context_.place_of ? context_.place_of(kSockets) : FilePlace{};
    if (sockets.kind != FilePlace::Kind::kNodeDisk) {
      fail(fmt::format("failed to create FS watcher for {}/: no such file or directory", kSockets));
      return;
    }
    // In another folder of the node nobody listens to what registers.
    is_kubelets_folder_ = sockets.key == fmt::format("host/{}", kSockets) ||
                          sockets.key == fmt::format("host/{}/", kSockets);
    klog('I', "main.go:245", "Starting OS watcher.");
    start_plugins();
  }

  void start_plugins() {
    klog('I', "main.go:260", "Starting Plugins.");
    klog('I', "main.go:317", "Loading configuration.");
    klog('I', "main.go:342", "Updating config with default resource matching patterns.");
    klog('I', "main.go:356", "Retrieving plugins.");
    NodeRuntime& machine = *context_.machine;
    if (machine.gpus.cards().empty() || !machine.pool.driver.installed) {
      without_driver();
    } else if (!is_kubelets_folder_) {
      klog('E', "server.go:143", "Could not register device plugin: context deadline exceeded");
      klog('E', "main.go:374", "Failed to start plugin: context deadline exceeded");
      klog('I', "main.go:268", "Failed to start one or more plugins. Retrying in 30s...");
      timers_.after(30s, "device-plugin/retry", [this] {
        klog('I', "main.go:388", "Stopping plugins.");
        start_plugins();
      });
    } else {
      register_with_kubelet();
    }
  }

  void without_driver() {
    constexpr std::string_view kSite = "https://github.com/NVIDIA/k8s-device-plugin";
    klog('E', "factory.go:112", "Incompatible strategy detected auto");
    klog('E', "factory.go:113",
         "If this is a GPU node, did you configure the NVIDIA Container Toolkit?");
    klog('E', "factory.go:114",
         fmt::format("You can check the prerequisites at: {}#prerequisites", kSite));
    klog('E', "factory.go:115",
         fmt::format("You can learn how to set the runtime at: {}#quick-start", kSite));
    klog('E', "factory.go:116",
         "If this is not a GPU node, you should set up a toleration or nodeSelector to only deploy "
         "this plugin on GPU nodes");
    if (fails_on_init_error()) {
      fail(
          "error starting plugins: error getting plugins: unable to create plugins: failed to "
          "construct resource managers: invalid device discovery strategy");
      return;
    }
    klog('I', "main.go:381", "No devices found. Waiting indefinitely.");
  }

  void register_with_kubelet() {
    NodeRuntime& machine = *context_.machine;
    is_registered_ = true;
    machine.gpus.plugin().connect(context_.process);
    machine.status_changed = true;
    for (const auto& [resource, count] : machine.gpus.capacity()) {
      klog('I', "server.go:195", fmt::format("Starting GRPC server for '{}'", resource));
      klog('I', "server.go:139",
           fmt::format("Starting to serve '{}' on {}", resource, socket_of(resource)));
      klog('I', "server.go:146",
           fmt::format("Registered device plugin for '{}' with Kubelet", resource));
    }
  }

  /// The kubelet sees the connection break.
  void leave() {
    if (!is_registered_) return;
    is_registered_ = false;
    NodeRuntime& machine = *context_.machine;
    if (machine.gpus.plugin().disconnect(context_.process, timers_.now())) {
      machine.status_changed = true;
    }
  }

  WorkloadContext context_;
  bool is_kubelets_folder_ = false;  // that it watches
  bool is_registered_ = false;
  Timers timers_;
};

}  // namespace

std::unique_ptr<Workload> make_device_plugin(WorkloadContext context) {
  return std::make_unique<DevicePlugin>(std::move(context));
}

}  // namespace inferlab::sim
