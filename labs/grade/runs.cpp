#include "labs/grade/runs.h"

namespace inferlab::labs {

Result<sim::Cluster*> Runs::run(const VariantSpec& variant) {
  auto& slot = runs_[variant];
  if (slot == nullptr) {
    slot = std::make_unique<sim::Cluster>(cluster_of(lab_, variant), lab_.seed);
    slot->replay(journal_of(lab_, journal_, variant));
    slot->run_until(Time{horizon_of(lab_, variant)});
  }
  return slot.get();
}

}  // namespace inferlab::labs
