#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sim/api/api.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/resource_path.h"

namespace inferlab::sim {

/// Query options of a list or a watch that ApiRequest does not know.
struct WatchOptions {
  bool watch = false;
  bool allow_bookmarks = false;
  bool send_initial_events = false;
  std::optional<std::uint64_t> resource_version;  // absent or 0: from the present state
  std::optional<std::int64_t> timeout_seconds;    // wall time
};

struct DecodedRequest {
  ApiRequest api;
  WatchOptions watch;
  /// A list that must be at least as new as this.
  std::uint64_t min_revision = 0;
};

/// Reads method, query and body of a request for `path` (which names a resource), or says what is
/// wrong with them in the real server's words. `user` is who asks.
/// Source: Kubernetes API reference, "Common Parameters"; "API Concepts".
std::variant<DecodedRequest, HttpResponse> decode_request(const HttpRequest& request,
                                                          const ResourcePath& path,
                                                          std::string_view user);

/// A body in JSON, YAML or Kubernetes' protobuf, as its Content-Type says.
struct DecodedBody {
  Value value;
  std::vector<std::string> duplicates;  // paths of members that came twice
};
std::variant<DecodedBody, HttpResponse> decode_body(const HttpRequest& request,
                                                    std::string_view kind_name);

}  // namespace inferlab::sim
