#pragma once

#include <memory>
#include <mutex>

#include "sim/api/kind.h"
#include "sim/apiserver/run_door.h"

namespace inferlab::sim {

/// The kinds that a run serves, for the HTTP threads: a copy that is renewed with every
/// CustomResourceDefinition. Any thread.
class ServedKinds {
 public:
  /// The table of now. Asks the run's thread at the first call alone; the built-in kinds when the
  /// run has ended before.
  std::shared_ptr<const KindTable> table(RunDoor& door);

 private:
  // Outlives this: the store's listeners live as long as the store.
  struct Shared {
    std::mutex mutex;
    std::shared_ptr<const KindTable> table;  // guarded; nullptr: nobody has asked yet
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace inferlab::sim
