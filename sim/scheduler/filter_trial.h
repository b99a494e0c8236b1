#pragma once

#include "sim/scheduler/framework.h"
#include "sim/scheduler/nominator.h"

namespace inferlab::sim {

/// The filters of one cycle on copies of nodes, with the Pods nominated there.
///
/// A node must do both with and without them: they may never come, and then what needs them near
/// must not have counted on them. Source: kube-scheduler, RunFilterPluginsWithNominatedPods.
class FilterTrial final : public Plugin::Trial {
 public:
  FilterTrial(const Framework& framework, const Nominator& nominator, Framework::Cycle& cycle,
              const PodInfo& pod)
      : framework_(framework), nominator_(nominator), cycle_(cycle), pod_(pod) {}

  void remove(NodeInfo& node, const PodInfo& other) override;
  void add(NodeInfo& node, const PodInfoPtr& other) override;
  Status filter(const NodeInfo& node) override;
  /// The same for a node as it is, which may be remembered.
  Status filter_unchanged(const NodeInfo& node, std::size_t slot);

  /// The plugin behind the latest refusal.
  [[nodiscard]] std::size_t refused_by() const { return refused_by_; }

 private:
  [[nodiscard]] bool counts(const PodInfo& nominated) const {
    return nominated.priority >= pod_.priority && nominated.uid != pod_.uid;
  }
  [[nodiscard]] bool has_nominated(const NodeInfo& node) const;
  Status filter_with_nominated(const NodeInfo& node);

  const Framework& framework_;
  const Nominator& nominator_;
  Framework::Cycle& cycle_;
  const PodInfo& pod_;
  std::size_t refused_by_ = 0;
};

}  // namespace inferlab::sim
