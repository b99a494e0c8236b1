#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/api/api.h"
#include "sim/apiserver/run_door.h"
#include "sim/kernel/mailbox.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim::testing {

/// A run with nothing in it but the API: no controllers, no nodes. A thread of its own drives it,
/// its virtual time at the speed of the wall clock.
class BareRun {
 public:
  BareRun();
  ~BareRun();
  BareRun(const BareRun&) = delete;
  BareRun& operator=(const BareRun&) = delete;

  RunDoor door();
  Mailbox& mailbox() { return mailbox_; }

  /// On the run's thread, and waits for it.
  void on_run(const std::function<void(Api&)>& action);
  /// Creates from YAML; checks that it was accepted.
  void create(std::string_view resource, std::string_view ns, const std::string& json);
  /// What `kubectl logs` shows of any container.
  void add_log_line(const std::string& text);
  /// The run is over: the mailbox closed, the thread gone.
  void end();

 private:
  Simulation simulation_{1};
  Store store_;
  Api api_{simulation_, store_};
  Mailbox mailbox_;
  std::vector<PodLogLine> log_;  // the run's thread only
  std::atomic<bool> ended_ = false;
  std::thread driver_;
};

}  // namespace inferlab::sim::testing
