#include "sim/scheduler/node_info.h"

#include <algorithm>

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

struct CpuMemory {
  std::int64_t cpu = 0;     // milli
  std::int64_t memory = 0;  // bytes
};

CpuMemory nonzero_requests(const ContainerView& container) {
  CpuMemory out;
  const auto cpu = container.requests.find("cpu");
  const auto memory = container.requests.find("memory");
  // A request of zero that is written down stays zero: only a missing one is filled in.
  out.cpu = cpu == container.requests.end() ? kDefaultMilliCpu : cpu->second.milli();
  out.memory = memory == container.requests.end() ? kDefaultMemory : memory->second.units();
  return out;
}

}  // namespace

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
  milli_cpu += other.milli_cpu;
  memory += other.memory;
  ephemeral_storage += other.ephemeral_storage;
  for (const auto& [name, amount] : other.scalars) scalar_slot(*this, name) += amount;
}

void ResourceAmounts::subtract(const ResourceAmounts& other) {
  milli_cpu -= other.milli_cpu;
  memory -= other.memory;
  ephemeral_storage -= other.ephemeral_storage;
  for (const auto& [name, amount] : other.scalars) scalar_slot(*this, name) -= amount;
}

PodInfo::PodInfo(ObjectPtr pod) : object(std::move(pod)), requests(view().requests) {
  CpuMemory sum;
  for (const ContainerView& container : view().containers) {
    const CpuMemory own = nonzero_requests(container);
    sum.cpu += own.cpu;
    sum.memory += own.memory;
  }
  for (const ContainerView& container : view().init_containers) {
    const CpuMemory own = nonzero_requests(container);
    sum.cpu = std::max(sum.cpu, own.cpu);
    sum.memory = std::max(sum.memory, own.memory);
  }
  const ResourceAmounts overhead(resources_from(object->document["spec"]["overhead"]));
  nonzero_cpu = sum.cpu + overhead.milli_cpu;
  nonzero_memory = sum.memory + overhead.memory;
}

void NodeInfo::set_node(ObjectPtr node) {
  object = std::move(node);
  name = object->key.name;
  const Resources& resources = view().allocatable;
  allocatable = ResourceAmounts(resources);
  const auto pods_row = resources.find("pods");
  allowed_pods = pods_row == resources.end() ? 0 : pods_row->second.units();
}

void NodeInfo::add_pod(const PodInfoPtr& pod) {
  const bool added = pods.emplace(pod->view().meta.uid, pod).second;
  INFERLAB_CHECK(added);  // a Pod is counted once
  requested.add(pod->requests);
  ++priorities[pod->view().priority];
  nonzero_cpu += pod->nonzero_cpu;
  nonzero_memory += pod->nonzero_memory;
}

void NodeInfo::remove_pod(const PodInfo& pod) {
  const std::size_t removed = pods.erase(pod.view().meta.uid);
  INFERLAB_CHECK(removed == 1);
  requested.subtract(pod.requests);
  const auto row = priorities.find(pod.view().priority);
  if (--row->second == 0) priorities.erase(row);
  nonzero_cpu -= pod.nonzero_cpu;
  nonzero_memory -= pod.nonzero_memory;
}

}  // namespace inferlab::sim
