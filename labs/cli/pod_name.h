#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace inferlab::labs {

struct PodName {
  std::string ns, name;
};

/// How a Pod may be named, for the help of a command.
inline constexpr const char* kPodNames = "NAME, pod/NAME or NAMESPACE/NAME";

/// Reads a Pod's name as people write it: NAME or pod/NAME as for kubectl, in `ns` or, when that is
/// empty, in the namespace "default"; or NAMESPACE/NAME. kInvalid: none of these, or two
/// namespaces.
Result<PodName> parse_pod_name(std::string_view text, std::string_view ns);

}  // namespace inferlab::labs
