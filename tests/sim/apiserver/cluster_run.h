#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "sim/apiserver/run_door.h"
#include "sim/cluster/cluster.h"
#include "sim/kernel/mailbox.h"

namespace inferlab::sim::testing {

/// A whole simulated cluster with a thread that drives it: two nodes, images that can be pulled,
/// and a hundred virtual seconds to a second of the wall clock.
class ClusterRun {
 public:
  explicit ClusterRun(std::vector<StorageClassSpec> storage = {},
                      std::vector<AddOnSpec> add_ons = {});
  ~ClusterRun();
  ClusterRun(const ClusterRun&) = delete;
  ClusterRun& operator=(const ClusterRun&) = delete;

  RunDoor door();
  /// What has entered the run so far.
  std::size_t journal_entries();

 private:
  Mailbox mailbox_;
  Cluster cluster_;
  std::atomic<bool> ended_ = false;
  std::thread driver_;
};

}  // namespace inferlab::sim::testing
