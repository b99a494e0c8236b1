#pragma once

#include <string_view>

namespace inferlab::labs {

/// For whoever has just started a cluster whose clock is not the one on the wall.
inline constexpr std::string_view kAboutAges =
    "Ages: `kubectl get` counts by the cluster's clock; `kubectl describe` and `kubectl events` "
    "count by the one on your wall and show hundreds of days.";

}  // namespace inferlab::labs
