#include "sim/scheduler/node_info.h"

#include <algorithm>
#include <limits>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

bool name_less(const std::pair<std::string, std::int64_t>& a, std::string_view name) {
  return a.first < name;
}

std::int64_t& scalar_slot(ResourceAmounts& amounts, const std::string& name) {
  auto it = std::lower_bound(amounts.scalars.begin(), amounts.scalars.end(), name, name_less);
  if (it == amounts.scalars.end() || it->first != name) {
    it = amounts.scalars.insert(it, {name, 0});
  }
  return it->second;
}

/// What one Pod can count with at most: far past any node (8 PiB, nine trillion CPUs), and little
/// enough that the sums of a node are exact, so that a Pod that leaves takes away what it brought.
constexpr std::int64_t kMostOfAPod = std::int64_t{1} << 53;

std::int64_t capped(std::int64_t amount) {
  return std::clamp(amount, -kMostOfAPod, kMostOfAPod);
}

struct CpuMemory {
  std::int64_t cpu = 0;     // milli
  std::int64_t memory = 0;  // bytes

  void add(const CpuMemory& other) {
    cpu = capped(cpu + other.cpu);
    memory = capped(memory + other.memory);
  }
  void raise(const CpuMemory& at_least) {
    cpu = std::max(cpu, at_least.cpu);
    memory = std::max(memory, at_least.memory);
  }
};

// It is there.
std::vector<PodInfoPtr>::iterator place_of(const std::string& uid, std::vector<PodInfoPtr>& pods) {
  return std::find_if(pods.begin(), pods.end(),
                      [&uid](const PodInfoPtr& pod) { return pod->uid == uid; });
}

CpuMemory nonzero_requests(const ContainerView& container) {
  CpuMemory out;
  const auto cpu = container.requests.find("cpu");
  const auto memory = container.requests.find("memory");
  // A request of zero that is written down stays zero: only a missing one is filled in.
  out.cpu = cpu == container.requests.end() ? kDefaultMilliCpu : capped(cpu->second.milli());
  out.memory = memory == container.requests.end() ? kDefaultMemory : capped(memory->second.units());
  return out;
}

}  // namespace

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  using Limits = std::numeric_limits<std::int64_t>;
  return b > 0 ? Limits::max() : Limits::min();
}

ResourceAmounts::ResourceAmounts(const Resources& resources) {
  for (const auto& [name, quantity] : resources) {
    if (name == "cpu") {
      milli_cpu = quantity.milli();
    } else if (name == "memory") {
      memory = quantity.units();
    } else if (name == "ephemeral-storage") {
      ephemeral_storage = quantity.units();
    } else if (name != "pods") {
      scalars.emplace_back(name, quantity.units());  // the map is ordered, so this is too
    }
  }
}

std::int64_t ResourceAmounts::scalar(std::string_view name) const {
  const auto it = std::lower_bound(scalars.begin(), scalars.end(), name, name_less);
  return it != scalars.end() && it->first == name ? it->second : 0;
}

void ResourceAmounts::add(const ResourceAmounts& other) {
  milli_cpu = saturated_sum(milli_cpu, other.milli_cpu);
  memory = saturated_sum(memory, other.memory);
  ephemeral_storage = saturated_sum(ephemeral_storage, other.ephemeral_storage);
  for (const auto& [name, amount] : other.scalars) {
    std::int64_t& slot = scalar_slot(*this, name);
    slot = saturated_sum(slot, amount);
  }
}

void ResourceAmounts::subtract(const ResourceAmounts& other) {
  milli_cpu = saturated_sum(milli_cpu, -other.milli_cpu);
  memory = saturated_sum(memory, -other.memory);
  ephemeral_storage = saturated_sum(ephemeral_storage, -other.ephemeral_storage);
  for (const auto& [name, amount] : other.scalars) {
    std::int64_t& slot = scalar_slot(*this, name);
    slot = saturated_sum(slot, -amount);
  }
}

void ResourceAmounts::cap() {
  milli_cpu = capped(milli_cpu);
  memory = capped(memory);
  ephemeral_storage = capped(ephemeral_storage);
  for (auto& [name, amount] : scalars) amount = capped(amount);
}

PodInfo::PodInfo(ObjectPtr pod) : PodInfo(pod, std::make_shared<const PodSchedulingView>(*pod)) {}

PodInfo::PodInfo(ObjectPtr pod, std::shared_ptr<const PodSchedulingView> scheduling)
    : object(std::move(pod)),
      uid(view().meta.uid),
      ns(view().meta.ns),
      priority(view().priority),
      requests(view().requests),
      spec(std::move(scheduling)) {
  requests.cap();
  // As the effective requests: sidecars (init containers with restartPolicy Always) stay beside the
  // containers, the other init containers come one by one beside the sidecars before them.
  CpuMemory sum;
  for (const ContainerView& container : view().containers) sum.add(nonzero_requests(container));
  CpuMemory sidecars;
  CpuMemory peak;
  const Value& documents = object->document["spec"]["initContainers"];
  for (std::size_t i = 0; i < view().init_containers.size(); ++i) {
    const CpuMemory own = nonzero_requests(view().init_containers[i]);
    CpuMemory now = sidecars;
    now.add(own);
    peak.raise(now);
    if (documents[i]["restartPolicy"].as_string() != "Always") continue;
    sidecars = now;
    sum.add(own);
  }
  sum.raise(peak);
  ResourceAmounts overhead(spec->overhead);
  overhead.cap();
  nonzero_cpu = capped(sum.cpu + overhead.milli_cpu);
  nonzero_memory = capped(sum.memory + overhead.memory);
  read_status();
}

PodInfo::PodInfo(const PodInfo& earlier, ObjectPtr pod) : PodInfo(earlier) {
  object = std::move(pod);
  read_status();
}

void PodInfo::read_status() {
  terminating = !object->document["metadata"]["deletionTimestamp"].is_null();
  started = parse_rfc3339(object->document["status"]["startTime"].as_string());
}

void NodeInfo::set_node(ObjectPtr node) {
  object = std::move(node);
  name = object->key.name;
  const Resources& resources = view().allocatable;
  allocatable = ResourceAmounts(resources);
  const auto pods_row = resources.find("pods");
  allowed_pods = pods_row == resources.end() ? 0 : pods_row->second.units();
  images = images_of(*object);
}

void NodeInfo::add_pod(const PodInfoPtr& pod) {
  const bool added = pods.emplace(pod->uid, pod).second;
  INFERLAB_CHECK(added);  // a Pod is counted once
  listed.push_back(pod);
  requested.add(pod->requests);
  ++priorities[pod->priority];
  nonzero_cpu = saturated_sum(nonzero_cpu, pod->nonzero_cpu);
  nonzero_memory = saturated_sum(nonzero_memory, pod->nonzero_memory);
  const std::vector<HostPort>& opened = pod->spec->host_ports;
  host_ports.insert(host_ports.end(), opened.begin(), opened.end());
}

void NodeInfo::remove_pod(const PodInfo& pod) {
  const std::size_t removed = pods.erase(pod.uid);
  INFERLAB_CHECK(removed == 1);
  *place_of(pod.uid, listed) = listed.back();
  listed.pop_back();
  requested.subtract(pod.requests);
  const auto row = priorities.find(pod.priority);
  if (--row->second == 0) priorities.erase(row);
  nonzero_cpu = saturated_sum(nonzero_cpu, -pod.nonzero_cpu);
  nonzero_memory = saturated_sum(nonzero_memory, -pod.nonzero_memory);
  for (const HostPort& port : pod.spec->host_ports) {
    const auto open = std::find(host_ports.begin(), host_ports.end(), port);
    if (open != host_ports.end()) host_ports.erase(open);
  }
}

void NodeInfo::replace_pod(const PodInfoPtr& pod) {
  const auto found = pods.find(pod->uid);
  INFERLAB_CHECK(found != pods.end());
  found->second = pod;
  *place_of(pod->uid, listed) = pod;
}

void NodeInfo::list_last(const std::string& uid) {
  std::swap(*place_of(uid, listed), listed.back());
}

std::size_t NodeInfo::place_in_list(const std::string& uid) const {
  const auto found = std::find_if(listed.begin(), listed.end(),
                                  [&uid](const PodInfoPtr& pod) { return pod->uid == uid; });
  return static_cast<std::size_t>(found - listed.begin());
}

bool NodeInfo::opens(const HostPort& port) const {
  return std::any_of(host_ports.begin(), host_ports.end(),
                     [&port](const HostPort& open) { return open.conflicts_with(port); });
}

}  // namespace inferlab::sim
