#include "sim/cluster/metrics_server.h"

#include <algorithm>

#include "sim/api/quantity.h"
#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

/// Of a container younger than this nothing reliable can be said.
constexpr Duration kLeastAge = 10s;
/// What kubelet, container runtime and operating system take.
constexpr std::int64_t kSystemCpuMilli = 60;
constexpr std::int64_t kSystemMemory = std::int64_t{512} << 20;

constexpr std::string_view kCpuAnnotation = "inferlab/cpu-usage";
constexpr std::string_view kMemoryAnnotation = "inferlab/memory-usage";

std::optional<Quantity> annotated(const StoredObject* pod, std::string_view name) {
  if (pod == nullptr) return std::nullopt;
  const Value* text = pod->document["metadata"]["annotations"].find(name);
  return text == nullptr ? std::nullopt : Quantity::parse(text->as_string());
}

// So much CPU for so long; wide enough for a day of a thousand CPUs.
Duration cpu_time(std::int64_t milli, Duration during) {
  return Duration{during.count() / 1000 * milli + during.count() % 1000 * milli / 1000};
}

}  // namespace

void MetricsServer::start() {
  api_.simulation().after(kResolution, "metrics-server/read", [this] {
    read();
    start();
  });
}

void MetricsServer::read() {
  ++num_readings_;
  const Time now = api_.simulation().now();
  kubelets_.for_each([&](Kubelet& kubelet) {
    if (!kubelet.is_up()) return;
    const Time began = kubelet.node().kubelet_started;
    const auto number = static_cast<std::size_t>(kubelet.node().index);
    if (nodes_.size() <= number) nodes_.resize(number + 1);
    Readings& node = nodes_[number];
    if (node.seen == 0) node_numbers_.emplace(kubelet.name(), number);
    // Of a node that was down meanwhile, or was not read, what is kept is of no use.
    const bool is_new = node.seen == 0 || node.began != began || node.seen + 1 != num_readings_;
    const Time since = is_new ? began : node.last.at;
    Point sum{now, is_new ? Duration{} : node.last.cpu, kSystemMemory};
    sum.cpu += cpu_time(kSystemCpuMilli, now - since);
    kubelet.for_each_pod([&](PodWorker& worker) {
      const Point used = read_pod(worker);
      sum.cpu += used.cpu;
      sum.memory_bytes += used.memory_bytes;
    });
    if (is_new) {
      node = {};
      node.began = began;
    }
    take(node, began, sum);
  });
  std::erase_if(pods_, [&](const auto& entry) { return entry.second.seen != num_readings_; });
}

MetricsServer::Point MetricsServer::read_pod(PodWorker& worker) {
  Point sum;
  Pod* pod = nullptr;
  ObjectPtr object;
  const auto read_all = [&](const auto& containers) {
    for (const auto& container : containers) {
      if (container->state != Container::State::kRunning || container->workload == nullptr)
        continue;
      if (pod == nullptr) {
        pod = &pods_[{worker.ns(), worker.name()}];
        pod->seen = num_readings_;
        object = api_.store().get({"pods", worker.ns(), worker.name()});
      }
      const Point used =
          read_container(pod->containers[container->view.name], *container, object.get());
      sum.cpu += used.cpu;
      sum.memory_bytes += used.memory_bytes;
    }
  };
  read_all(worker.runtime().init_containers);
  read_all(worker.runtime().containers);
  if (pod != nullptr) {
    std::erase_if(pod->containers,
                  [&](const auto& entry) { return entry.second.seen != num_readings_; });
  }
  return sum;
}

MetricsServer::Point MetricsServer::read_container(Readings& readings, Container& container,
                                                   const StoredObject* pod) {
  const Time now = api_.simulation().now();
  const bool is_new = readings.run != container.container_id;
  if (is_new) {
    readings = {};
    readings.run = container.container_id;
  }
  const HostUse use = container.workload->host_use();
  const Duration since = now - (is_new ? container.started_at : readings.last.at);
  Duration cpu = use.cpu - readings.workload_cpu;
  readings.workload_cpu = use.cpu;
  if (const auto stated = annotated(pod, kCpuAnnotation)) cpu = cpu_time(stated->milli(), since);
  const auto limit = container.view.limits.find("cpu");
  if (limit != container.view.limits.end()) {
    cpu = std::min(cpu, cpu_time(limit->second.milli(), since));
  }
  const auto memory = annotated(pod, kMemoryAnnotation);
  const Point point{now, (is_new ? Duration{} : readings.last.cpu) + cpu,
                    memory ? memory->units() : use.memory_bytes};
  take(readings, container.started_at, point);
  return {now, cpu, point.memory_bytes};
}

void MetricsServer::take(Readings& readings, Time began, const Point& now) const {
  const bool is_first = readings.seen == 0;
  const Duration age = now.at - began;
  if (age < kResolution && age >= kLeastAge) {
    readings.previous = Point{began, {}, now.memory_bytes};
  } else if (is_first) {
    readings.previous.reset();
  } else {
    readings.previous = readings.last;
  }
  readings.last = now;
  readings.seen = num_readings_;
}

std::optional<MeasuredUsage> MetricsServer::usage_of(const Readings& readings, Duration* window) {
  if (!readings.previous) return std::nullopt;
  *window = readings.last.at - readings.previous->at;
  const Duration cpu = readings.last.cpu - readings.previous->cpu;
  const std::int64_t millis = *window / 1ms;
  if (millis <= 0) return std::nullopt;
  // Nanoseconds of CPU in a second, of which one CPU has a billion.
  return MeasuredUsage{cpu.count() / millis * 1000 + cpu.count() % millis * 1000 / millis,
                       readings.last.memory_bytes};
}

std::optional<MeasuredPod> MetricsServer::pod(std::string_view ns, std::string_view name) const {
  const auto found = pods_.find({std::string(ns), std::string(name)});
  if (found == pods_.end()) return std::nullopt;
  MeasuredPod out;
  for (const auto& [container, readings] : found->second.containers) {
    Duration window{};
    const auto usage = usage_of(readings, &window);
    if (!usage) return std::nullopt;
    out.at = readings.last.at;
    out.window = out.containers.empty() ? window : std::max(out.window, window);
    out.containers.push_back({container, *usage});
  }
  return out;
}

std::optional<MeasuredNode> MetricsServer::node(std::string_view name) const {
  const auto found = node_numbers_.find(name);
  if (found == node_numbers_.end()) return std::nullopt;
  const Readings& node = nodes_[found->second];
  if (node.seen != num_readings_) return std::nullopt;  // it is down
  Duration window{};
  const auto usage = usage_of(node, &window);
  if (!usage) return std::nullopt;
  return MeasuredNode{node.last.at, window, *usage};
}

}  // namespace inferlab::sim
