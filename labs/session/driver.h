#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/base/error.h"
#include "labs/session/snapshot.h"
#include "sim/cluster/cluster.h"
#include "sim/kernel/mailbox.h"

namespace inferlab::labs {

/// Runs one cluster on a thread of its own and decides how fast its virtual time runs against the
/// wall clock: paused (0), 1x, 10x … or as fast as the machine can (kMaxSpeed).
///
/// Everyone else reaches the cluster through mailbox(). set_speed(), snapshot() and stop() may be
/// called from any thread.
class Driver {
 public:
  /// `picture` makes the snapshot, on the run's thread. Virtual time goes on from where it is.
  using Picture = std::function<SnapshotPtr(sim::Cluster&, double speed)>;
  /// `advance`, when given, runs the cluster to a time in place of Cluster::run_until(): what
  /// happens to it from outside, as a lab says, happens in there.
  using Advance = std::function<void(Time)>;
  /// Where the clock rests at kMaxSpeed, so that a run which nobody looks at grows no further: a
  /// `span` after the start of the run and after the last act. Zero: nowhere.
  struct Rest {
    Duration span{};
    Time last_act{};
  };
  Driver(std::unique_ptr<sim::Cluster> cluster, double speed, Picture picture, Advance advance,
         Rest rest);
  Driver(std::unique_ptr<sim::Cluster> cluster, double speed, Picture picture, Advance advance = {})
      : Driver(std::move(cluster), speed, std::move(picture), std::move(advance), Rest()) {}
  ~Driver();  // stops
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  [[nodiscard]] sim::Mailbox& mailbox() { return mailbox_; }
  /// Only inside a function that the mailbox runs.
  [[nodiscard]] sim::Cluster& cluster() { return *cluster_; }
  /// Runs the cluster, with whatever happens to it from outside. Only in there, too.
  void run_until(Time end);

  /// Somebody has done something to the run at this time of it. On the run's thread.
  void note_act(Time at) { rest_.last_act = std::max(rest_.last_act, at); }

  /// Without effect after fail(). kMaxSpeed where the clock rests: it goes on for another span.
  void set_speed(double speed);
  [[nodiscard]] double speed() const { return speed_; }
  /// The latest picture; a new one at least every 100 ms while the run is not busy. Never null.
  [[nodiscard]] SnapshotPtr snapshot() const;
  /// The run must not go on (what is written cannot be kept): it pauses for good, and failure()
  /// says why. The first one counts. Any thread.
  void fail(Error why);
  [[nodiscard]] std::optional<Error> failure() const;
  /// Ends the run: what is still posted is answered with nothing. Idempotent.
  void stop();

 private:
  using Wall = std::chrono::steady_clock;
  void run();
  void advance(Wall::time_point wall_now);
  void publish();
  [[nodiscard]] Time rest_at() const;
  [[nodiscard]] bool resting() const;

  std::unique_ptr<sim::Cluster> cluster_;
  sim::Mailbox mailbox_;
  Picture picture_;
  Advance advance_;
  std::atomic<double> speed_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> asked_to_go_on_ = false;
  Rest rest_;  // on the run's thread
  // The run's thread: virtual time was anchor_virtual_ when the wall clock said anchor_wall_.
  double anchor_speed_ = 0;
  Wall::time_point anchor_wall_;
  Time anchor_virtual_{};
  Wall::time_point next_picture_;
  mutable std::mutex snapshot_mutex_;
  SnapshotPtr snapshot_;
  mutable std::mutex failure_mutex_;
  std::optional<Error> failure_;
  std::thread thread_;  // last: starts when all else is ready
};

}  // namespace inferlab::labs
