#include "labs/lint/model_cache.h"

#include <algorithm>

namespace inferlab::labs::lint {
namespace {

using sim::Value;

bool lies_in(std::string_view path, std::string_view folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.remove_suffix(1);
  if (path.substr(0, folder.size()) != folder) return false;
  return path.size() == folder.size() || folder == "/" || path[folder.size()] == '/';
}

// A claim that a StatefulSet makes for each of its Pods mounts under its own name.
bool is_claim_template(const Workload& workload, std::string_view name) {
  const Value& templates = workload.object->value["spec"]["volumeClaimTemplates"];
  return std::any_of(templates.items().begin(), templates.items().end(), [&](const Value& claim) {
    return claim["metadata"]["name"].as_string() == name;
  });
}

bool outlives_pod(const Value& volume) {
  constexpr const char* kKinds[] = {"persistentVolumeClaim",
                                    "hostPath",
                                    "nfs",
                                    "csi",
                                    "image",
                                    "azureFile",
                                    "cephfs",
                                    "glusterfs",
                                    "iscsi",
                                    "fc"};
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](const char* kind) { return volume.has(kind); });
}

}  // namespace

std::string cache_path(const Container& container) {
  const Option* told = container.model ? container.model->option("download-dir") : nullptr;
  if (told != nullptr && !told->value.empty()) return told->value;
  for (const char* variable : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const auto path = container.env(variable); path && !path->empty()) return *path;
  }
  if (const auto home = container.env("HF_HOME"); home && !home->empty()) return *home + "/hub";
  if (const auto cache = container.env("XDG_CACHE_HOME"); cache && !cache->empty()) {
    return *cache + "/huggingface/hub";
  }
  if (container.model && (container.model->server == "tgi" || container.model->server == "tei")) {
    return "/data";
  }
  if (const auto home = container.env("HOME"); home && !home->empty()) {
    return *home + "/.cache/huggingface/hub";
  }
  return "/root/.cache/huggingface/hub";
}

bool is_on_persistent_volume(const Workload& workload, const Container& container,
                             std::string_view path) {
  // The innermost mount is what is written to.
  std::size_t deepest = 0;
  bool persists = false;
  const Value& mounts = container.value["volumeMounts"];
  for (const Value& mount : mounts.items()) {
    const std::string_view at = mount["mountPath"].as_string();
    if (at.empty() || !lies_in(path, at) || at.size() < deepest) continue;
    deepest = at.size();
    const std::string_view name = mount["name"].as_string();
    persists = outlives_pod(workload.volume(name)) || is_claim_template(workload, name);
  }
  return persists;
}

}  // namespace inferlab::labs::lint
