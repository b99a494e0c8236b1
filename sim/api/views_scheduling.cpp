#include "sim/api/views_scheduling.h"

#include <algorithm>

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

// Adds key=value for each of `keys` that the Pod's labels have. Source: Kubernetes API reference,
// matchLabelKeys: a key that the Pod lacks is left out, and so are all without a selector.
LabelSelector with_keys(const Value& selector, const Value& keys, const Value& labels) {
  const LabelSelector own = LabelSelector::from_object(selector);
  std::vector<LabelSelector::Requirement> more;
  for (const Value& key : keys.items()) {
    const Value* value = labels.find(key.as_string());
    if (value != nullptr) more.push_back({key.str(), LabelSelector::Operator::kIn, {value->str()}});
  }
  if (more.empty() || selector.is_null()) return own;
  more.insert(more.end(), own.requirements().begin(), own.requirements().end());
  return LabelSelector::from_requirements(std::move(more));
}

PodAffinityTerm term_from(const Value& term, const Value& metadata, std::int64_t weight) {
  PodAffinityTerm out;
  out.weight = weight;
  // Its matchLabelKeys and mismatchLabelKeys stand in the selector since the Pod was made.
  out.selector = LabelSelector::from_object(term["labelSelector"]);
  for (const Value& ns : term["namespaces"].items()) out.namespaces.push_back(ns.str());
  if (const Value* selector = term.find("namespaceSelector");
      selector != nullptr && !selector->is_null()) {
    out.namespace_selector = LabelSelector::from_object(*selector);
  } else if (out.namespaces.empty()) {
    out.namespaces.push_back(metadata["namespace"].str());
  }
  std::sort(out.namespaces.begin(), out.namespaces.end());
  out.topology_key = term["topologyKey"].str();
  std::string who = text_of(out.selector) + "|";
  for (const std::string& ns : out.namespaces) who += ns + ",";
  if (!out.namespace_selector) out.who = who;
  out.text = std::to_string(weight) + "|" + out.topology_key + "|" + who;
  if (out.namespace_selector) out.text += "|" + text_of(*out.namespace_selector);
  return out;
}

std::vector<PodAffinityTerm> required_terms(const Value& affinity, const Value& metadata) {
  std::vector<PodAffinityTerm> out;
  for (const Value& term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].items()) {
    out.push_back(term_from(term, metadata, 0));
  }
  return out;
}

std::vector<PodAffinityTerm> preferred_terms(const Value& affinity, const Value& metadata) {
  std::vector<PodAffinityTerm> out;
  for (const Value& item : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    out.push_back(term_from(item["podAffinityTerm"], metadata, item["weight"].as_int()));
  }
  return out;
}

SpreadConstraint constraint_from(const Value& item, const Value& metadata) {
  const Value& labels = metadata["labels"];
  SpreadConstraint out;
  out.topology_key = item["topologyKey"].str();
  out.max_skew = item["maxSkew"].as_int(1);
  out.min_domains = item["minDomains"].as_int(1);
  out.do_not_schedule = item["whenUnsatisfiable"].as_string() == "DoNotSchedule";
  out.honors_affinity = item["nodeAffinityPolicy"].as_string() != "Ignore";
  out.honors_taints = item["nodeTaintsPolicy"].as_string() == "Honor";
  out.selector = with_keys(item["labelSelector"], item["matchLabelKeys"], labels);
  out.selects_everything = out.selector.requirements().empty() && !item["labelSelector"].is_null();
  out.who = text_of(out.selector) + "|" + metadata["namespace"].str();
  return out;
}

void add_ports(std::vector<HostPort>& out, const Value& container) {
  for (const Value& port : container["ports"].items()) {
    const std::int64_t number = port["hostPort"].as_int();
    if (number <= 0) continue;
    const std::string ip = port["hostIP"].str();
    out.push_back(
        {ip.empty() ? "0.0.0.0" : ip, std::string(port["protocol"].as_string("TCP")), number});
  }
}

std::string json_of(const Value& value) {
  return value.empty() ? std::string() : to_json(value);
}

}  // namespace

bool HostPort::conflicts_with(const HostPort& other) const {
  if (port != other.port || protocol != other.protocol) return false;
  return ip == other.ip || ip == "0.0.0.0" || other.ip == "0.0.0.0";
}

std::string text_of(const LabelSelector& selector) {
  if (!selector.requirements().empty()) return selector.str();
  return selector.matches({}) ? "*" : "!";
}

std::string with_tag(std::string_view image) {
  const std::size_t colon = image.rfind(':');
  const std::size_t slash = image.rfind('/');
  const bool tagged =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return std::string(image) + (tagged ? "" : ":latest");
}

PodSchedulingView::PodSchedulingView(const StoredObject& pod) {
  const Value& spec = pod.document["spec"];
  const Value& metadata = pod.document["metadata"];
  const Value& affinity = spec["affinity"];
  required_affinity = required_terms(affinity["podAffinity"], metadata);
  preferred_affinity = preferred_terms(affinity["podAffinity"], metadata);
  required_anti_affinity = required_terms(affinity["podAntiAffinity"], metadata);
  preferred_anti_affinity = preferred_terms(affinity["podAntiAffinity"], metadata);
  for (const Value& item : spec["topologySpreadConstraints"].items()) {
    spread.push_back(constraint_from(item, metadata));
  }
  const Value& nodes = affinity["nodeAffinity"];
  for (const Value& item : nodes["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    const Value& preference = item["preference"];
    preferred_nodes.push_back({item["weight"].as_int(),
                               {LabelSelector::from_expressions(preference["matchExpressions"]),
                                LabelSelector::from_expressions(preference["matchFields"])}});
  }
  for (const Value& container : spec["initContainers"].items()) {
    images.push_back(with_tag(container["image"].as_string()));
    // A sidecar keeps its ports for as long as the Pod runs.
    if (container["restartPolicy"].as_string() == "Always") add_ports(host_ports, container);
    node_demands += json_of(container["resources"]);
    node_demands += container["restartPolicy"].as_string();
  }
  for (const Value& container : spec["containers"].items()) {
    images.push_back(with_tag(container["image"].as_string()));
    add_ports(host_ports, container);
    node_demands += json_of(container["resources"]);
  }
  for (const std::string& image : images) node_demands += "|" + image;
  for (const HostPort& port : host_ports) {
    node_demands += "|" + port.ip + port.protocol + std::to_string(port.port);
  }
  for (const Value& volume : spec["volumes"].items()) {
    if (const Value* claim = volume.find("persistentVolumeClaim")) {
      claims.push_back((*claim)["claimName"].str());
    } else if (volume.has("ephemeral")) {
      claims.push_back(metadata["name"].str() + "-" + volume["name"].str());
    }
  }
  overhead = resources_from(spec["overhead"]);
  never_preempts = spec["preemptionPolicy"].as_string() == "Never";
  const Value& required = nodes["requiredDuringSchedulingIgnoredDuringExecution"];
  node_affinity_key = json_of(spec["nodeSelector"]) + json_of(required);
  tolerations_key = json_of(spec["tolerations"]);
  node_demands += "|" + json_of(spec["overhead"]) + "|" + node_affinity_key + "|" +
                  tolerations_key + "|" +
                  json_of(nodes["preferredDuringSchedulingIgnoredDuringExecution"]) + "|" +
                  spec["nodeName"].str();
}

std::vector<NodeImage> images_of(const StoredObject& node) {
  std::vector<NodeImage> out;
  for (const Value& image : node.document["status"]["images"].items()) {
    for (const Value& name : image["names"].items()) {
      out.push_back({name.str(), image["sizeBytes"].as_int()});
    }
  }
  return out;
}

}  // namespace inferlab::sim
