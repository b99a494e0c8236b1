#pragma once

#include "engine/base/result.h"

namespace inferlab::labs {

/// How many of the machine's cores this process could have had since this was made: those that it
/// used or left idle, and not those that it waited for while somebody else had them. Linux alone
/// tells (schedstat's run delay of each thread, and the time that a hypervisor kept).
class CoreShare {
 public:
  CoreShare();
  /// All of them where the system does not tell.
  [[nodiscard]] double cores() const;

 private:
  struct Waited {
    double seconds = 0;  // of all threads together
    double stolen = 0;   // of all processors together
  };
  static Waited waited();

  Waited begin_;
  double begin_seconds_;
};

}  // namespace inferlab::labs
