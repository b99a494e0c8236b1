#include "labs/cli/pod_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace inferlab::labs {
namespace {

// kubectl's names for the kind. A namespace of such a name is named with -n.
constexpr std::array<std::string_view, 3> kKind = {"pod", "pods", "po"};

}  // namespace

Result<PodName> parse_pod_name(std::string_view text, std::string_view ns) {
  const std::size_t slash = text.find('/');
  const std::string_view before = slash == std::string_view::npos ? "" : text.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (name.empty() || name.find('/') != std::string_view::npos || slash == 0) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: is no name of a Pod", text),
                 fmt::format("{}; -n NAMESPACE goes with the first two", kPodNames)};
  }
  const bool is_kind = std::ranges::find(kKind, before) != kKind.end();
  if (before.empty() || is_kind) {
    return PodName{ns.empty() ? "default" : std::string(ns), std::string(name)};
  }
  if (!ns.empty() && ns != before) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: names the namespace {}, and -n names {}", text, before, ns),
                 "name one of them"};
  }
  return PodName{std::string(before), std::string(name)};
}

}  // namespace inferlab::labs
