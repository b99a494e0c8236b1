// KubeScheduler::explain(): why a Pod is, or is not, where it is, node by node.
#include <fmt/format.h>

#include <map>

#include "sim/scheduler/kube_scheduler.h"

namespace inferlab::sim {

Result<SchedulingExplanation> KubeScheduler::explain(std::string_view ns,
                                                     std::string_view name) const {
  const ObjectPtr object = api_.store().get({"pods", std::string(ns), std::string(name)});
  if (object == nullptr) {
    return Error{ErrorKind::kNotFound, fmt::format("pod {}/{}: not found", ns, name),
                 "see kubectl get pods --all-namespaces"};
  }
  SchedulingExplanation out;
  out.pod = fmt::format("{}/{}", ns, name);
  const std::string on = object->view<PodView>().node_name;
  // A Pod that has a node is looked at as it was before: where could it have gone? And it must not
  // stand in its own way.
  const PodInfo pod(on.empty()
                        ? object
                        : std::make_shared<const StoredObject>(
                              object->key, object->document.without_path({"spec", "nodeName"}),
                              object->revision, object->written));
  const Profile* profile = profile_of(pod.view());
  if (profile == nullptr) {
    out.state = fmt::format("waiting for a scheduler named {}", pod.view().scheduler_name);
    return out;
  }
  const Framework& framework = profile->framework;
  const WaitingRoom::Guest* guest = waiting_.find(pod.uid);
  Framework::PluginSet unused = 0;
  const Status gate = framework.pre_enqueue(pod, unused);
  const SchedulerCache::Lifted lifted = cache_.lift(pod.uid);
  const ClusterView cluster = cache_.view();

  Search found;
  found.keeps_all_refusals = true;
  search(*profile, pod, cluster, 0, cluster.nodes.size(), found);
  Framework::Scores scores;
  framework.score(found.cycle, pod, cluster, found.feasible, found.slots, scores);
  const bool fits = !found.feasible.empty();
  if (!on.empty()) {
    out.state = fmt::format("scheduled on {}", on);
  } else if (!gate.ok()) {
    out.state = gate.message();
  } else if (guest != nullptr) {
    out.state = fmt::format("has node {} and waits for plugin {}", guest->node, guest->plugin);
  } else {
    out.state = fits ? "waiting for its turn" : "unschedulable";
    if (!fits) {
      out.message = failure_message(cluster.nodes.size(), found);
    }
    if (!fits && !cluster.nodes.empty()) {
      FilterTrial trial(framework, nominator_, found.cycle, pod);
      const Plugin::Refusals refusals{found.refused, found.statuses};
      const std::string more =
          framework.post_filter(pod, cluster, refusals, trial, nullptr, nullptr).message;
      if (!more.empty()) out.message += " " + more;
    }
  }
  std::map<std::size_t, SchedulingExplanation::NodeVerdict> verdicts;  // by slot: in joining order
  for (std::size_t n = 0; n < found.feasible.size(); ++n) {
    SchedulingExplanation::NodeVerdict& verdict = verdicts[found.feasible[n]->slot];
    verdict.node = found.feasible[n]->name;
    for (std::size_t i = 0; i < scores.plugins.size(); ++i) {
      verdict.scores.emplace_back(scores.plugins[i], scores.weighted[i][n]);
    }
    verdict.total = scores.totals[n];
  }
  for (std::size_t n = 0; n < found.refused.size(); ++n) {
    const NodeInfo& node = *found.refused[n];
    SchedulingExplanation::NodeVerdict& verdict = verdicts[node.slot];
    verdict.node = node.name;
    if (found.pre_filter_message.empty()) {
      for (const auto& [plugin, status] : framework.filter_all(found.cycle, pod, node)) {
        verdict.refusals.emplace_back(plugin, status.message());
      }
    }
    if (verdict.refusals.empty()) {
      verdict.refusals.emplace_back("PreFilter", found.statuses[n].message());
    }
  }
  for (auto& [slot, verdict] : verdicts) out.nodes.push_back(std::move(verdict));
  cache_.put_back(lifted);
  return out;
}

}  // namespace inferlab::sim
