#include "labs/session/driver.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace inferlab::labs {
namespace {

// The longest that the run computes before it looks at the mailbox again.
constexpr auto kSlice = std::chrono::milliseconds(10);
constexpr auto kPictureInterval = std::chrono::milliseconds(50);
constexpr auto kIdleWait = std::chrono::milliseconds(20);

}  // namespace

Driver::Driver(std::unique_ptr<sim::Cluster> cluster, double speed, Picture picture,
               Advance advance, Rest rest)
    : cluster_(std::move(cluster)),
      picture_(std::move(picture)),
      advance_(std::move(advance)),
      speed_(speed),
      rest_(rest) {
  anchor_virtual_ = cluster_->simulation().now();
  anchor_wall_ = Wall::now();
  anchor_speed_ = speed;
  publish();
  thread_ = std::thread([this] { run(); });
}

Driver::~Driver() {
  stop();
}

void Driver::set_speed(double speed) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failure_) speed_ = std::max(0.0, speed);
    asked_to_go_on_ = speed == kMaxSpeed;
  }
  mailbox_.post([] {});  // wakes the run
}

void Driver::fail(Error why) {
  const std::lock_guard lock(failure_mutex_);
  if (!failure_) failure_ = std::move(why);
  speed_ = 0;
}

std::optional<Error> Driver::failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

SnapshotPtr Driver::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

void Driver::stop() {
  stopping_ = true;
  mailbox_.close();
  if (thread_.joinable()) thread_.join();
}

void Driver::run() {
  while (!stopping_) {
    const std::size_t commands = mailbox_.drain();
    const Wall::time_point now = Wall::now();
    advance(now);
    if (commands > 0 || now >= next_picture_) publish();
    const bool racing = anchor_speed_ == kMaxSpeed && !resting() &&
                        cluster_->simulation().next_event_time().has_value();
    if (!racing) mailbox_.wait(kIdleWait);
  }
}

void Driver::advance(Wall::time_point wall_now) {
  if (const double speed = speed_; speed != anchor_speed_) {
    anchor_speed_ = speed;
    anchor_wall_ = wall_now;
    anchor_virtual_ = cluster_->simulation().now();
  }
  if (anchor_speed_ == 0) return;
  sim::Simulation& simulation = cluster_->simulation();
  const Wall::time_point slice_end = wall_now + kSlice;
  const bool unbounded = anchor_speed_ == kMaxSpeed;
  if (asked_to_go_on_.exchange(false) && resting()) note_act(simulation.now());
  const Time target =
      unbounded
          ? rest_at()
          : anchor_virtual_ + Duration{std::llround(
                                  anchor_speed_ *
                                  static_cast<double>(
                                      std::chrono::nanoseconds(wall_now - anchor_wall_).count()))};
  for (int events = 0;; ++events) {
    const std::optional<Time> next = simulation.next_event_time();
    if (!next || *next > target) break;
    if ((events & 63) == 63 && Wall::now() >= slice_end) {
      // The machine is slower than the wish: virtual time falls behind instead of piling up.
      if (!unbounded) {
        anchor_wall_ = Wall::now();
        anchor_virtual_ = simulation.now();
      }
      return;
    }
    run_until(*next);
  }
  if (target != Time::max() && target > simulation.now()) run_until(target);
}

Time Driver::rest_at() const {
  if (rest_.span == Duration{}) return Time::max();
  return std::max(Time{}, rest_.last_act) + rest_.span;
}

bool Driver::resting() const {
  return anchor_speed_ == kMaxSpeed && cluster_->simulation().now() >= rest_at();
}

void Driver::run_until(Time end) {
  if (advance_) {
    advance_(end);
  } else {
    cluster_->run_until(end);
  }
}

void Driver::publish() {
  SnapshotPtr picture = picture_(*cluster_, speed_);
  if (picture->resting != resting()) {
    auto resting_one = std::make_shared<Snapshot>(*picture);
    resting_one->resting = resting();
    picture = std::move(resting_one);
  }
  next_picture_ = Wall::now() + kPictureInterval;
  const std::lock_guard lock(snapshot_mutex_);
  snapshot_ = std::move(picture);
}

}  // namespace inferlab::labs
