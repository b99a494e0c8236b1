#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "sim/api/store.h"
#include "sim/api/views_scheduling.h"

namespace inferlab::sim {

/// The PodSchedulingViews of the Pods seen last: those of one Deployment share theirs, which is
/// neither worked out nor kept for each of them.
class SchedulingViews {
 public:
  std::shared_ptr<const PodSchedulingView> of(const StoredObject& pod);

 private:
  struct Known {
    Value spec, labels;
    std::string ns;
    std::shared_ptr<const PodSchedulingView> view;
  };
  static constexpr std::size_t kMost = 1024;
  std::map<std::uint64_t, Known> known_;  // by the hash of what the view is made of
};

}  // namespace inferlab::sim
