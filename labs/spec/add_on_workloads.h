#pragma once

#include <string_view>

namespace inferlab::labs {

/// A namespaced kind of an add-on that labs name as they name Deployments.
struct AddOnWorkload {
  std::string_view kind, resource;
};
inline constexpr AddOnWorkload kAddOnWorkloads[] = {{"Rollout", "rollouts.argoproj.io"}};

}  // namespace inferlab::labs
