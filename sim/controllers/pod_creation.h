#pragma once

#include <cstdint>

#include "sim/api/api.h"

namespace inferlab::sim {

/// Whether the API refused a creation because the namespace is on its way out: nobody is told,
/// since all that would follow is refused as well.
bool is_refused_by_ending_namespace(const ApiResponse& response);

/// Creations come in batches of 1, 2, 4 …, and a batch in which one was refused is the last: what
/// the API refuses once (a quota, say) it will refuse again, and need not be asked for thousands.
/// Source: kube-controller-manager 1.32, slowStartBatch.
class SlowStart {
 public:
  /// Notes a creation; false: no other one is to be tried.
  bool go_on_after(bool refused) {
    refused_ = refused_ || refused;
    if (--left_ > 0) return true;
    size_ *= 2;
    left_ = size_;
    return !refused_;
  }

 private:
  std::int64_t size_ = 1;
  std::int64_t left_ = 1;  // of the batch that runs
  bool refused_ = false;
};

}  // namespace inferlab::sim
