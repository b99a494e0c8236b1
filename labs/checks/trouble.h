#pragma once

#include <string>
#include <string_view>

#include "labs/checks/workload.h"
#include "labs/spec/cause.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Why something does not work, in the words of the cluster; never what to do about it.
struct Trouble {
  Cause cause = Cause::kFinding;
  std::string what;  // one line of bounded length; empty: there is no trouble
  /// The object at fault: "Deployment default/vllm-llama". Checks that fail for the same one fail
  /// for one reason.
  std::string root;

  [[nodiscard]] bool any() const { return !what.empty(); }
};

/// Why the Pod is not Ready: the scheduler's message, the kubelet's about an image, how the last
/// run of a container ended and what it said last, the last failed probe. Reads status, Events and
/// logs of the run as it stands.
Trouble pod_trouble(const sim::StoredObject& pod, sim::Cluster& run);

/// Why the Deployment is not there, or has a Pod that is not Ready.
Trouble deployment_trouble(sim::Cluster& run, std::string_view ns, std::string_view deployment);

/// The same where no replica was ever available in the run; none where one was.
Trouble never_available(sim::Cluster& run, std::string_view ns, std::string_view deployment);

/// Why a connection to this port of the Service reaches no process that listens, whichever endpoint
/// it gets. Where the Pods behind it are at fault, `root` names who made them.
Trouble service_trouble(sim::Cluster& run, std::string_view ns, std::string_view service, int port);

/// The same of the ports that the lab's clients call.
Trouble traffic_trouble(sim::Cluster& run);
/// … of this Service.
Trouble traffic_trouble(sim::Cluster& run, std::string_view ns, std::string_view service);

/// `text` with at most `bytes` bytes: what is too much is replaced by "…", and no character is cut.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace inferlab::labs
