#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/kind.h"

namespace inferlab::sim {

/// What a URL path under /api/v1 or /apis/GROUP/VERSION names.
struct ResourcePath {
  enum class Found : std::uint8_t {
    kResource,
    kNothing,          // not such a path, or a group that is not served: "404 page not found"
    kUnknownResource,  // the group version is served, the resource or subresource is not
  };
  Found found = Found::kNothing;
  std::shared_ptr<const Kind> kind;  // keeps alive what it points to
  std::string ns, name, subresource;
  bool watch = false;  // the old /watch/ form
};

/// Source: Kubernetes documentation, "API Concepts", "Resource URIs". "/namespaces/NAME" is the
/// Namespace itself, "/namespaces/NAME/RESOURCE" what lies in it.
ResourcePath parse_resource_path(std::string_view path,
                                 const std::shared_ptr<const KindTable>& kinds);

/// The words between the slashes of a path; empty ones are left out.
std::vector<std::string_view> path_segments(std::string_view path);

/// "/api/v1" or "/apis/apps/v1".
std::string group_version_path(const Kind& kind);

}  // namespace inferlab::sim
