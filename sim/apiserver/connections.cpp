#include "sim/apiserver/connections.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/apiserver/answers.h"

namespace inferlab::sim {
namespace {

struct Connection {
  std::string_view resource, subresource, why;
};

constexpr std::string_view kNoProcess =
    "containers of this cluster run no processes; see `kubectl logs`";
constexpr std::string_view kNoNetwork =
    "Pods of this cluster have no network; an LLM server is reached through the cluster's gateway";
constexpr std::string_view kNoKubelet =
    "kubelets of this cluster have no port; see `kubectl top` and `kubectl logs`";

constexpr Connection kConnections[] = {
    {"nodes", "proxy", kNoKubelet},
    {"pods", "attach", kNoProcess},
    {"pods", "ephemeralcontainers", kNoProcess},
    {"pods", "exec", kNoProcess},
    {"pods", "portforward", kNoNetwork},
    {"pods", "proxy", kNoNetwork},
    {"services", "proxy", kNoNetwork},
};

const Connection* find(const ResourcePath& path) {
  const std::string resource = path.kind->resource();
  const auto* found = std::ranges::find_if(kConnections, [&](const Connection& one) {
    return one.resource == resource && one.subresource == path.subresource;
  });
  return found == std::end(kConnections) ? nullptr : found;
}

}  // namespace

bool is_connection(const ResourcePath& path) {
  return find(path) != nullptr;
}

HttpResponse connection_refused(const RunDoor& door, const ResourcePath& path) {
  const Connection* connection = find(path);
  const std::string resource = path.kind->resource();
  const auto there = door.mailbox.call([&] {
    return door.api.store().get({resource, path.ns, path.name}) != nullptr;
  });
  if (!there) return answers::run_has_ended();
  if (!*there) return answers::not_found(resource, path.name);
  return answers::failure(
      501, "NotImplemented",
      fmt::format("{} \"{}\": {} is not simulated: {}", resource, path.name, path.subresource,
                  connection == nullptr ? "" : connection->why));
}

}  // namespace inferlab::sim
