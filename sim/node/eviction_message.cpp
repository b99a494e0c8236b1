#include "sim/node/eviction_message.h"

#include <fmt/format.h>

#include "sim/api/pod_resources.h"
#include "sim/api/quantity.h"
#include "sim/node/pod_worker.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kStorage = "ephemeral-storage";

std::string empty_dir_message(const PodUsage& pod) {
  const ObjectPtr object = pod.pod->object();
  for (const Value& volume : object->document["spec"]["volumes"].items()) {
    const Value& limit_text = volume["emptyDir"]["sizeLimit"];
    const auto limit = Quantity::parse(limit_text.str());
    if (!volume.has("emptyDir") || limit_text.is_null() || !limit || limit->units() <= 0) continue;
    const std::string name = volume["name"].str();
    for (const auto* volumes : {&pod.volumes, &pod.memory_volumes}) {
      const auto used = volumes->find(name);
      if (used == volumes->end() || used->second <= limit->units()) continue;
      return fmt::format("Usage of EmptyDir volume \"{}\" exceeds the limit \"{}\". ", name,
                         limit->str());
    }
  }
  return {};
}

}  // namespace

std::string bytes_text(std::int64_t bytes) {
  constexpr std::string_view kSuffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
  std::size_t power = 0;
  while (bytes != 0 && bytes % 1024 == 0 && power + 1 < std::size(kSuffixes)) {
    bytes /= 1024;
    ++power;
  }
  return fmt::format("{}{}", bytes, kSuffixes[power]);
}

std::string pressure_message(std::string_view resource, const PodUsage& pod,
                             const std::vector<Threshold>& met, const Observations& observations) {
  std::string out = fmt::format("The node was low on resource: {}. ", resource);
  const bool is_bytes = resource == "memory" || resource == kStorage;
  const auto text = [&](std::int64_t amount) {
    return is_bytes ? bytes_text(amount) : Quantity::from_units(amount).str();
  };
  for (const Threshold& one : met) {
    if (row_of(one.signal).resource != resource) continue;
    const Observation& observed = observations[static_cast<std::size_t>(one.signal)];
    out += fmt::format("Threshold quantity: {}, available: {}. ",
                       text(one.value.of(observed.capacity)), text(observed.available));
    break;
  }
  if (!is_bytes) return out;
  for (const ContainerUsage& one : pod.containers) {
    const std::int64_t used = resource == "memory" ? one.memory_bytes : one.disk_bytes;
    const ContainerView& view = one.container->view;
    const auto request = view.requests.find(resource);
    const Quantity asked = request == view.requests.end() ? Quantity() : request->second;
    if (used <= asked.units()) continue;
    out += fmt::format("Container {} was using {}, request is {}, has larger consumption of {}. ",
                       view.name, bytes_text(used), asked.str(), resource);
  }
  return out;
}

std::string local_storage_message(const PodUsage& pod, bool has_image_disk) {
  if (std::string message = empty_dir_message(pod); !message.empty()) return message;
  const Resources limits = pod_resources(pod.pod->object()->document["spec"], "limits");
  const auto of_pod = limits.find(kStorage);
  if (of_pod != limits.end() && pod.disk_bytes() > of_pod->second.units()) {
    return fmt::format(
        "Pod ephemeral local storage usage exceeds the total limit of containers {}. ",
        of_pod->second.str());
  }
  if (has_image_disk) return {};  // then the writable layers are no part of local storage
  for (const ContainerUsage& one : pod.containers) {
    const ContainerView& view = one.container->view;
    const auto limit = view.limits.find(kStorage);
    const bool is_limited = limit != view.limits.end() && limit->second.units() != 0;
    if (one.container->is_init || !is_limited || one.disk_bytes <= limit->second.units()) continue;
    return fmt::format("Container {} exceeded its local ephemeral storage limit \"{}\". ",
                       view.name, limit->second.str());
  }
  return {};
}

}  // namespace inferlab::sim
