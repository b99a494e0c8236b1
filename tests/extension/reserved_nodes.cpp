// A scheduler plugin in one file: a node with a GpuReservation takes no other Pods. With its row,
// INFERLAB_PLUGIN("ReservedNodes", 0, make_reserved_nodes), it speaks in FailedScheduling.
#include <map>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class ReservedNodes final : public Plugin {
 public:
  std::string_view name() const override { return "ReservedNodes"; }
  Reach filter_reach() const override { return Reach::kCluster; }

  Status pre_filter(CycleState& state, const PodInfo&, const ClusterView& cluster,
                    std::optional<std::set<std::string>>&) const override {
    auto notes = std::make_unique<Notes>();
    std::map<std::string, std::size_t> slots;
    for (const NodeInfo* node : cluster.nodes) slots.emplace(node->name, node->slot);
    for (const ObjectPtr& held : cluster.store.list("gpureservations.test.inferlab.io")) {
      const auto slot = slots.find(held->document["spec"]["node"].str());
      if (slot != slots.end()) notes->slots.insert(slot->second);
    }
    state.put(name(), std::move(notes));
    return Status::success();
  }

  Status filter_at(const CycleState& state, const PodInfo&, std::size_t slot) const override {
    const Notes* notes = state.get<Notes>(name());
    return notes->slots.contains(slot) ? Status::unresolvable("node(s) were reserved")
                                       : Status::success();
  }

 private:
  struct Notes final : CycleState::Data {
    std::set<std::size_t> slots;
  };
};

}  // namespace

std::unique_ptr<Plugin> make_reserved_nodes(const SchedulerProfile& /*profile*/) {
  return std::make_unique<ReservedNodes>();
}

}  // namespace inferlab::sim
