// What follows a decision of KubeScheduler: reserve, permit, preBind and bind, and the way back.
#include <fmt/format.h>

#include "sim/scheduler/kube_scheduler.h"

namespace inferlab::sim {
namespace {

// From the decision to the binding in the API, while the next cycle runs already.
constexpr Duration kBindLatency = 5ms;
// How often a plugin that waits in preBind is asked: VolumeBinding looks once a second.
constexpr Duration kPreBindPoll = 1s;

}  // namespace

void KubeScheduler::bind(const PodInfoPtr& pod, const std::string& node) {
  cache_.assume(pod, node);
  nominator_.remove(pod->uid);
  const Framework& framework = profile_of(*pod).framework;
  const Status reserved = framework.reserve(*pod, node);
  if (!reserved.ok()) {
    permit_refused(pod, reserved.message(), ~Framework::PluginSet{0});
    return;
  }
  const Framework::Permit permit = framework.permit(*pod, cache_.view(), waiting_);
  if (permit.status.waits()) {
    waiting_.enter({pod, node, std::string(permit.plugin), permit.refused_by}, permit.timeout);
  } else if (permit.status.ok()) {
    prepare_binding(pod, node, 0s);
  } else {
    permit_refused(pod, permit.status.message(), permit.refused_by);
  }
}

void KubeScheduler::let_go(const PodInfoPtr& pod) {
  profile_of(*pod).framework.unreserve(*pod, cache_.view(), waiting_);
  cache_.forget(pod->uid);
}

void KubeScheduler::permit_refused(const PodInfoPtr& pod, const std::string& reason,
                                   Framework::PluginSet refused_by) {
  let_go(pod);
  // A Pod that was deleted while it waited is known no more.
  if (!queue_.knows(pod->uid)) return;
  Decision decision;
  // kube-scheduler counts the one node that the Pod had.
  decision.message = fit_error(1, std::span(&reason, 1));
  decision.refused_by = refused_by;
  decision.nominate = "";
  refuse(pod, decision);
}

bool KubeScheduler::is_still_wanted(const PodInfoPtr& pod) {
  const ObjectPtr current = api_.store().get(pod->object->key);
  if (current != nullptr && current->view<PodView>().meta.uid == pod->uid &&
      wants_node(current->view<PodView>())) {
    return true;
  }
  let_go(pod);
  queue_.remove(pod->uid);
  return false;
}

void KubeScheduler::binding_failed(const PodInfoPtr& pod, std::string message) {
  let_go(pod);
  Decision decision;
  decision.message = std::move(message);
  decision.nominate = "";
  refuse(pod, decision);
}

void KubeScheduler::prepare_binding(const PodInfoPtr& pod, const std::string& node,
                                    Duration waited) {
  if (waited > 0s && !is_still_wanted(pod)) return;
  const NodeInfo* info = cache_.node(node);
  const Status status =
      info == nullptr ? Status::error(fmt::format("nodeinfo not found for node name \"{}\"", node))
                      : profile_of(*pod).framework.pre_bind(api_, *pod, *info, waited);
  if (status.waits()) {
    api_.simulation().after(kPreBindPoll, "scheduler/prebind", [this, pod, node, waited] {
      prepare_binding(pod, node, waited + kPreBindPoll);
    });
  } else if (status.ok()) {
    api_.simulation().after(kBindLatency, "scheduler/bind",
                            [this, pod, node] { write_binding(pod, node); });
  } else {
    binding_failed(pod, status.message());
  }
}

void KubeScheduler::write_binding(const PodInfoPtr& pod, const std::string& node) {
  if (!is_still_wanted(pod)) return;
  const Status bound = profile_of(*pod).framework.bind(api_, *pod, node);
  if (!bound.ok()) {
    binding_failed(pod, fmt::format("binding rejected: {}", bound.message()));
    return;
  }
  const ObjectPtr about = api_.store().get(pod->object->key);
  profile_of(*pod).events.normal(
      about != nullptr ? *about : *pod->object, "Scheduled",
      fmt::format("Successfully assigned {}/{} to {}", pod->ns, pod->object->key.name, node));
}

}  // namespace inferlab::sim
