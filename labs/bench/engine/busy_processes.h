#pragma once

#include <sys/types.h>

#include <vector>

namespace inferlab::labs {

/// Processes that do nothing but take processor time, until this is destroyed; they end by
/// themselves when this process does, or after some minutes.
class BusyProcesses {
 public:
  explicit BusyProcesses(int count);
  ~BusyProcesses();
  BusyProcesses(const BusyProcesses&) = delete;
  BusyProcesses& operator=(const BusyProcesses&) = delete;

 private:
  std::vector<pid_t> children_;
};

}  // namespace inferlab::labs
