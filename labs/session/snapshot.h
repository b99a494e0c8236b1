#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::labs {

struct PodRow {
  std::string ns, name, node,
      status;          // status: kubectl's word ("Running", "Pending", "CrashLoopBackOff")
  std::string reason;  // why it is Pending or unready, in the component's own words
  bool ready = false;
  std::int64_t restarts = 0;
  std::int64_t gpus = 0;  // requested
  Duration age{};
};

struct NodeRow {
  std::string name, pool, gpu_name;
  bool ready = false, schedulable = true;
  std::int64_t gpus = 0;               // allocatable
  std::vector<std::string> gpu_owner;  // one for each GPU: "NAMESPACE/POD", empty when free
  std::vector<std::string> taints;     // "key=value:Effect"
  std::vector<std::string> labels;  // "key=value", those of the lab's own; well-known ones left out
};

struct EventRow {
  Time at{};
  std::string type, reason, object, message;
  std::int64_t count = 1;
};

/// One line of a plot: points in time order.
struct PlotLine {
  std::string name;
  std::vector<double> seconds;  // since the start of the run
  std::vector<double> values;
};

/// Virtual time as fast as the machine can.
inline constexpr double kMaxSpeed = std::numeric_limits<double>::infinity();

/// What the window and the terminal see of a run: an immutable picture, made by the run's thread.
struct Snapshot {
  Time now{};
  double speed = 1;      // virtual seconds a wall second; 0: paused; or kMaxSpeed
  bool resting = false;  // at kMaxSpeed: the clock waits until something is done (Driver::Rest)
  std::uint64_t revision = 0;
  std::vector<NodeRow> nodes;    // by pool, then name
  std::vector<PodRow> pods;      // by namespace, then name
  std::vector<EventRow> events;  // the latest ones, newest last
  // Seen through the scraped metrics only.
  std::vector<PlotLine> ttft_p95;       // seconds, by Pod
  std::vector<PlotLine> queue_length;   // waiting requests, by Pod
  std::vector<PlotLine> requests_rate;  // answered and failed, requests a second
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace inferlab::labs
