#pragma once

#include <string_view>

/// What more than one command tells.
namespace inferlab::labs {

inline constexpr std::string_view kAboutAges =
    "Ages: `kubectl get` counts by the cluster's clock; `kubectl describe` and `kubectl events` "
    "count "
    "by the one on your wall and show hundreds of days.";

}  // namespace inferlab::labs
