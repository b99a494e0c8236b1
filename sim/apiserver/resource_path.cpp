#include "sim/apiserver/resource_path.h"

#include <algorithm>
#include <vector>

namespace inferlab::sim {
namespace {

bool serves_group(const KindTable& kinds, std::string_view group, std::string_view version) {
  return std::ranges::any_of(kinds.all(), [&](const Kind* kind) {
    return kind->group == group && kind->version == version;
  });
}

}  // namespace

std::vector<std::string_view> path_segments(std::string_view path) {
  std::vector<std::string_view> result;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (!segment.empty()) result.push_back(segment);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return result;
}

std::string group_version_path(const Kind& kind) {
  return kind.group.empty() ? "/api/" + std::string(kind.version) : "/apis/" + kind.api_version();
}

ResourcePath parse_resource_path(std::string_view path,
                                 const std::shared_ptr<const KindTable>& kinds) {
  ResourcePath result;
  std::vector<std::string_view> parts = path_segments(path);
  std::string_view group;
  std::string_view version;
  std::size_t next = 0;
  if (parts.size() >= 2 && parts[0] == "api") {
    version = parts[1];
    next = 2;
  } else if (parts.size() >= 3 && parts[0] == "apis") {
    group = parts[1];
    version = parts[2];
    next = 3;
  }
  if (next == 0 || !serves_group(*kinds, group, version)) return result;
  result.found = ResourcePath::Found::kUnknownResource;
  if (next < parts.size() && parts[next] == "watch") {
    result.watch = true;
    ++next;
  }
  const std::size_t left = parts.size() - next;
  if (left == 0) return result;
  bool in_namespace = false;
  if (parts[next] == "namespaces" && left >= 3 && parts[next + 2] != "status" &&
      parts[next + 2] != "finalize") {
    result.ns = parts[next + 1];
    in_namespace = true;
    next += 2;
  }
  result.kind = {kinds, kinds->by_path(group, version, parts[next])};
  if (result.kind == nullptr) return result;
  const bool proxied = parts.size() - next > 3 && parts[next + 2] == "proxy";
  if (parts.size() - next > 3 && !proxied) return result;
  // A cluster-scoped kind in a namespace does not exist; a namespaced one without a namespace can
  // only be listed.
  if (in_namespace && !result.kind->namespaced) return result;
  if (parts.size() - next >= 2) {
    if (result.kind->namespaced && !in_namespace) return result;
    result.name = parts[next + 1];
  }
  if (parts.size() - next >= 3) {
    result.subresource = parts[next + 2];
    if (!result.kind->has_subresource(result.subresource)) return result;
  }
  result.found = ResourcePath::Found::kResource;
  return result;
}

}  // namespace inferlab::sim
