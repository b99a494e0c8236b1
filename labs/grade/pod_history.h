#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// One Pod's life in a run, by what was written of it.
struct PodLife {
  std::string ns, name, node;  // node: where it was bound; empty: nowhere
  std::optional<Time> bound, ended;
  struct Turn {
    Time at{};
    bool ready = false;
  };
  std::vector<Turn> turns;    // Ready, and not Ready again
  std::int64_t gpus = 0;      // that it asks for, slices of GPUs too
  std::int64_t restarts = 0;  // of its containers, in all
};

/// All Pods that there ever were, in order of their creation. On the run's thread.
std::vector<PodLife> pod_lives(const sim::Cluster& run);

}  // namespace inferlab::labs
