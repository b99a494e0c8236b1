#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

/// What Linux takes of a program's arguments and environment: one string of them with its end, and
/// all together. Source: execve(2), "Limits on size of arguments and environment".
inline constexpr std::size_t kLongestArgument = 131'072;
inline constexpr std::size_t kMostArguments = std::size_t{2} << 20;

/// "$(VAR)" becomes the variable's value, or stays when there is none; "$$(VAR)" becomes "$(VAR)".
/// What grows beyond kLongestArgument, which no program is started with, is cut off there.
/// Source: Kubernetes documentation, "Define Dependent Environment Variables".
std::string expand_variables(std::string_view text,
                             const std::map<std::string, std::string>& environment);

/// A fieldRef of the downward API: "metadata.name", "metadata.labels['app']", "spec.nodeName",
/// "status.podIP" … Empty for what it does not know.
std::string field_of(const Value& pod, std::string_view path, std::string_view pod_ip,
                     std::string_view host_ip);

}  // namespace inferlab::sim
