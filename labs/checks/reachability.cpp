// Who may connect to whom, by the NetworkPolicies of the cluster at the end of the run: a matrix of
// probes, each of which must be let through or not.
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/truth_table.h"
#include "labs/checks/workload_ref.h"
#include "sim/api/access/network_access.h"
#include "sim/api/views.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kHostFields[] = {
    {.name = "ip", .description = "of what is outside of the cluster"},
    {.name = "labels", .type = kLabels, .description = "of a Pod that need not be there"},
    {.name = "name", .description = "as probes call it", .required = true},
    {.name = "namespace", .description = "of such a Pod"},
    {.name = "workload",
     .description = "whose Pods are meant: Deployment NAMESPACE/NAME; they must be there"},
};
constexpr SpecTable kHostTable = {"host", "One end of connections.", kHostFields};

constexpr std::string_view kProtocols[] = {"TCP", "UDP", "SCTP"};

constexpr SpecField kProbeFields[] = {
    {.name = "allowed",
     .type = kBool,
     .description = "whether it must get through",
     .required = true},
    {.name = "from", .description = "a host", .required = true},
    {.name = "port",
     .type = kInteger,
     .description = "of the Pod that is called",
     .required = true,
     .minimum = 1,
     .maximum = 65535},
    {.name = "protocol", .type = kWord, .description = "TCP if left out", .words = kProtocols},
    {.name = "to", .description = "a host", .required = true},
};
constexpr SpecTable kProbeTable = {"probe", "A connection that is tried.", kProbeFields};

constexpr SpecField kFields[] = {
    change_param(/*required=*/false),
    {.name = "hosts",
     .type = kObjects,
     .description = "the ends",
     .required = true,
     .object = &kHostTable,
     .min_items = 1},
    {.name = "probes",
     .type = kObjects,
     .description = "the connections",
     .required = true,
     .object = &kProbeTable,
     .min_items = 1},
};

sim::NetworkEnd end_of(const Value& host, const std::vector<sim::ObjectPtr>& pods) {
  sim::NetworkEnd out;
  out.ip = host["ip"].str();
  out.ns = host["namespace"].as_string("default");
  out.labels = sim::labels_from(host["labels"]);
  if (pods.empty()) return out;
  const sim::PodView& pod = pods.front()->view<sim::PodView>();
  const Value& document = pods.front()->document;
  if (document["spec"]["hostNetwork"].as_bool()) {
    // No selector finds it: it talks as its node does ("Network Policies", on hostNetwork Pods).
    out.ip = document["status"]["hostIP"].as_string("node");
    return out;
  }
  out.ns = pod.meta.ns;
  out.labels = pod.meta.labels;
  for (const sim::ContainerView& container : pod.containers) {
    out.named_ports.insert(container.ports.begin(), container.ports.end());
  }
  return out;
}

}  // namespace

constexpr SpecTable kReachabilityParams = {"reachability", "", kFields};

Result<Finding> reachability(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  const std::string expected = "every connection that must get through does, and no other";
  std::map<std::string, sim::NetworkEnd> ends;
  const Value hosts = params.value("hosts");
  for (const Value& host : hosts.items()) {
    std::vector<sim::ObjectPtr> pods;
    if (host.has("workload")) {
      const auto ref = object_ref(host["workload"].as_string());
      if (ref) pods = pods_of(run->store(), *ref);
      if (pods.empty()) {
        return Finding::fail(fmt::format("{} has no Pod", host["workload"].as_string()), expected)
            .with(Cause::kMissing);
      }
    }
    ends[host["name"].str()] = end_of(host, pods);
  }
  std::vector<TruthRow> rows;
  const Value probes = params.value("probes");
  for (const Value& probe : probes.items()) {
    const std::string from = probe["from"].str(), to = probe["to"].str();
    for (const std::string& name : {from, to}) {
      if (ends.count(name) == 0) {
        return Error{ErrorKind::kInvalid, fmt::format("probes: there is no host \"{}\"", name)};
      }
    }
    const auto port = static_cast<int>(probe["port"].as_int());
    const std::string protocol(probe["protocol"].as_string("TCP"));
    const sim::NetworkAccess access =
        sim::network_access(run->store(), ends[from], ends[to], port, protocol);
    rows.push_back({.question = fmt::format("{} to {}, {} {}", from, to, protocol, port),
                    .expected = probe["allowed"].as_bool(),
                    .seen = access.allowed,
                    .reason = access.reason});
  }
  return judged(rows, expected);
}

}  // namespace inferlab::labs
