#include "labs/lint/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "labs/lint/value_path.h"
#include "sim/api/quantity.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

struct PodMaker {
  std::string_view kind, group, template_path;
};

// Kinds whose Pods a template in them describes; of a group that begins so.
constexpr PodMaker kPodMakers[] = {
    {"Deployment", "apps/", "spec.template"},
    {"StatefulSet", "apps/", "spec.template"},
    {"DaemonSet", "apps/", "spec.template"},
    {"ReplicaSet", "apps/", "spec.template"},
    {"ReplicationController", "v1", "spec.template"},
    {"Job", "batch/", "spec.template"},
    {"CronJob", "batch/", "spec.jobTemplate.spec.template"},
    {"Pod", "v1", ""},
    {"Rollout", "argoproj.io/", "spec.template"},
};

std::string joined(std::string_view a, std::string_view b) {
  if (a.empty()) return std::string(b);
  return fmt::format("{}.{}", a, b);
}

void add_containers(const Value& pod, const std::string& pod_path, const char* list,
                    Container::Role role, std::vector<Container>& out) {
  const Value& items = pod[list];
  for (std::size_t i = 0; i < items.size(); ++i) {
    Container container;
    container.role = role;
    container.value = items[i];
    container.path = fmt::format("{}.{}[{}]", pod_path, list, i);
    container.name = items[i]["name"].str();
    container.image = items[i]["image"].str();
    if (role == Container::Role::kMain) container.model = model_command_of(items[i]);
    out.push_back(std::move(container));
  }
}

}  // namespace

bool is_gpu_resource(std::string_view resource) {
  const std::size_t slash = resource.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view vendor = resource.substr(0, slash), what = resource.substr(slash + 1);
  if (vendor == "nvidia.com") {
    return what == "gpu" || what == "gpu.shared" || what.substr(0, 4) == "mig-";
  }
  return (vendor.ends_with("amd.com") && what == "gpu") || vendor == "gpu.intel.com" ||
         vendor == "habana.ai";
}

std::optional<std::string> Container::env(std::string_view variable) const {
  const Value& list = value["env"];
  for (std::size_t i = list.size(); i > 0; --i) {
    const Value& entry = list[i - 1];
    if (entry["name"].as_string() != variable) continue;
    if (entry.has("valueFrom")) return std::nullopt;
    return entry["value"].str();
  }
  return std::nullopt;
}

std::int64_t Container::gpus() const {
  for (const char* side : {"limits", "requests"}) {
    for (const Value::Member& member : value["resources"][side].members()) {
      if (!is_gpu_resource(member.key)) continue;
      if (member.value.is_int()) return member.value.as_int();
      const auto amount = sim::Quantity::parse(member.value.as_string());
      if (amount) return amount->units();
    }
  }
  return 0;
}

bool Container::is_sidecar() const {
  return role == Role::kInit && value["restartPolicy"].as_string() == "Always";
}

bool Container::has_port(const Value& number_or_name) const {
  const Value& ports = value["ports"];
  std::int64_t number = number_or_name.as_int(-1);
  if (number_or_name.is_string()) {
    const std::string_view text = number_or_name.as_string();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) number = -1;
  }
  return std::any_of(ports.items().begin(), ports.items().end(), [&](const Value& port) {
    return (number >= 0 && port["containerPort"].as_int() == number) ||
           (number_or_name.is_string() && port["name"].is_string() &&
            port["name"].as_string() == number_or_name.as_string());
  });
}

std::string Workload::at(std::string_view field) const {
  return joined(joined(template_path, "spec"), field);
}

bool Workload::is_replicated() const {
  return is("Deployment") || is("StatefulSet") || is("ReplicaSet") || is("ReplicationController") ||
         is("Rollout");
}

std::int64_t Workload::gpus() const {
  std::int64_t together = 0, most = 0;
  for (const Container& container : containers) {
    if (container.role == Container::Role::kMain || container.is_sidecar()) {
      together += container.gpus();
    } else {
      most = std::max(most, container.gpus());
    }
  }
  return std::max(together, most);
}

const Container* Workload::model_runner() const {
  for (const Container& container : containers) {
    if (container.model) return &container;
  }
  return nullptr;
}

const Container* Workload::model_server() const {
  return runs_for_ever() ? model_runner() : nullptr;
}

Value Workload::volume(std::string_view name) const {
  const Value& volumes = pod["volumes"];
  for (const Value& volume : volumes.items()) {
    if (volume["name"].as_string() == name) return volume;
  }
  return {};
}

std::optional<Workload> workload_of(const Object& object) {
  const std::string_view version = object.value["apiVersion"].as_string();
  for (const PodMaker& maker : kPodMakers) {
    const bool is_group = maker.group == "v1"
                              ? version == "v1"
                              : version.substr(0, maker.group.size()) == maker.group;
    if (maker.kind != object.kind || !is_group) continue;
    Workload out;
    out.object = &object;
    out.template_path = std::string(maker.template_path);
    const Value pod_template = value_at(object.value, maker.template_path);
    out.pod = pod_template["spec"];
    out.labels = sim::labels_from(pod_template["metadata"]["labels"]);
    const std::string pod_path = joined(out.template_path, "spec");
    add_containers(out.pod, pod_path, "containers", Container::Role::kMain, out.containers);
    add_containers(out.pod, pod_path, "initContainers", Container::Role::kInit, out.containers);
    add_containers(out.pod, pod_path, "ephemeralContainers", Container::Role::kEphemeral,
                   out.containers);
    return out;
  }
  return std::nullopt;
}

}  // namespace inferlab::labs::lint
