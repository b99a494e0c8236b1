#pragma once

#include <string_view>

namespace inferlab::sim {

/// Whether `text` is of this `format` of OpenAPI ("date-time", "email", "ipv4" …). Formats that the
/// API server does not know say nothing: true.
/// Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions",
/// "Validation"; the grammar of each is that of its RFC.
bool has_format(std::string_view format, std::string_view text);

}  // namespace inferlab::sim
