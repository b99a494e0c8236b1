#include "sim/api/pod_resources.h"

namespace inferlab::sim {
namespace {

void add(Resources& to, const Resources& what) {
  for (const auto& [name, amount] : what) to[name] += amount;
}

void raise(Resources& to, const Resources& at_least) {
  for (const auto& [name, amount] : at_least) {
    const auto at = to.emplace(name, amount).first;
    if (at->second < amount) at->second = amount;
  }
}

}  // namespace

Resources pod_resources(const Value& pod_spec, std::string_view field) {
  Resources out;
  for (const Value& container : pod_spec["containers"].items())
    add(out, resources_from(container["resources"][field]));
  Resources staying;
  Resources peak;
  for (const Value& container : pod_spec["initContainers"].items()) {
    const Resources own = resources_from(container["resources"][field]);
    Resources now = staying;
    add(now, own);
    if (container["restartPolicy"].as_string() == "Always") {
      add(out, own);
      staying = now;
    }
    raise(peak, now);
  }
  raise(out, peak);
  return out;
}

}  // namespace inferlab::sim
