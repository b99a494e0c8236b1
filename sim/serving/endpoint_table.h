#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// Where a Service sends a connection.
struct Endpoint {
  std::string pod, ns, node, ip;
  int port = 0;
};

/// Services and EndpointSlices as kube-proxy reads them, with its choice made predictable: the
/// endpoints of a Service in turn instead of at random.
///
/// Ready endpoints only; when there is none, those that still serve while they terminate.
/// Source: Kubernetes documentation, "Service" and "EndpointSlices" (conditions).
class EndpointTable {
 public:
  /// Watches `store`, which outlives the table.
  explicit EndpointTable(Store& store);
  EndpointTable(const EndpointTable&) = delete;
  EndpointTable& operator=(const EndpointTable&) = delete;

  /// The next endpoint for `port` of the Service; 0: its first port. kNotFound: no such Service or
  /// port. kUnavailable: it has no endpoint to send to.
  Result<Endpoint> pick(std::string_view ns, std::string_view service, int port);
  /// All that pick() chooses from, without taking a turn. Errors as there, but for an empty list.
  [[nodiscard]] Result<std::vector<Endpoint>> read(std::string_view ns, std::string_view service,
                                                   int port) const;

 private:
  using Key = std::pair<std::string, std::pair<std::string, int>>;  // namespace, Service, port

  Store& store_;
  std::map<Key, std::vector<Endpoint>> known_;  // emptied by every change
  std::map<Key, std::uint64_t> turns_;
};

}  // namespace inferlab::sim
