#pragma once

#include <optional>
#include <string_view>

namespace inferlab::sim {

/// The JSON name of a field of a Kubernetes protobuf message ("core.v1.PodSpec"), or "@MESSAGE" for
/// a part whose members JSON writes in line. Empty for an unknown number; nullopt for a message
/// that is not in the table.
std::optional<std::string_view> protobuf_field(std::string_view message, int number);

}  // namespace inferlab::sim
