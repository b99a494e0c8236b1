#include "sim/node/pod_volumes.h"

#include <fmt/format.h>

namespace inferlab::sim {

std::optional<std::string> volume_problem(const Value& pod_spec, std::string_view ns,
                                          const Store& store) {
  for (const Value& volume : pod_spec["volumes"].items()) {
    const bool is_secret = volume.has("secret");
    if (!is_secret && !volume.has("configMap")) continue;
    const Value& source = volume[is_secret ? "secret" : "configMap"];
    if (source["optional"].as_bool()) continue;
    const std::string name = source[is_secret ? "secretName" : "name"].str();
    if (store.get({is_secret ? "secrets" : "configmaps", std::string(ns), name}) != nullptr)
      continue;
    return fmt::format("MountVolume.SetUp failed for volume \"{}\" : {} \"{}\" not found",
                       volume["name"].as_string(), is_secret ? "secret" : "configmap", name);
  }
  return std::nullopt;
}

}  // namespace inferlab::sim
