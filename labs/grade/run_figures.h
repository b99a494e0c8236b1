#pragma once

#include <optional>
#include <string>
#include <vector>

#include "labs/spec/lab_spec.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// A number that says how a run went.
struct RunFigure {
  std::string id;               // "ttft_p95", or a metric's name
  std::string title;            // for people
  std::string unit;             // "s", "requests" …; empty: it has none
  std::optional<double> value;  // nullopt: nothing was seen of it; four significant digits
};

/// The figures of a run at its end, always the same ones in the same order: latencies, requests,
/// restarts, GPUs held, the first Pod that was Ready, and each metric that the lab names among its
/// signals, summed over its series. They tell nothing of manifests. On the run's thread.
std::vector<RunFigure> run_figures(sim::Cluster& run, const LabSpec& lab);

}  // namespace inferlab::labs
