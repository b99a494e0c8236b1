// PrioritySort: the Pod with the higher priority first, then the one that was queued earlier.
// Source: Kubernetes documentation, "Pod Priority and Preemption".
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class PrioritySort final : public Plugin {
 public:
  std::string_view name() const override { return "PrioritySort"; }

  std::optional<bool> sorts_before(const QueuedPod& a, const QueuedPod& b) const override {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.queued != b.queued) return a.queued < b.queued;
    return a.seat < b.seat;
  }
};

}  // namespace

std::unique_ptr<Plugin> make_priority_sort(const SchedulerProfile& /*profile*/) {
  return std::make_unique<PrioritySort>();
}

}  // namespace inferlab::sim
