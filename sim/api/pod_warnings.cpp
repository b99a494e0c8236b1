#include "sim/api/pod_warnings.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "sim/api/quantity.h"

namespace inferlab::sim {
namespace {

using Warnings = std::vector<std::string>;

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string at(const std::string& list, std::size_t index) {
  return list + "[" + std::to_string(index) + "]";
}

struct OldLabel {
  std::string_view label, remark;
};
constexpr OldLabel kOldLabels[] = {
    {"app.kubernetes.io/created-by", "deprecated since v1.9"},
    {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/instance-type",
     "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
    {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region",
     "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone",
     "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
    {"node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"},
    {"scheduler.alpha.kubernetes.io/preferAvoidPods",
     "deprecated since v1.22; use Taints and Tolerations instead"},
};

struct OldMember {
  const char* member;
  const char* remark;
};
constexpr OldMember kOldVolumes[] = {
    {"photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
    {"gitRepo", "deprecated in v1.11"},
    {"scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
    {"flocker", "deprecated in v1.22, non-functional in v1.25+"},
    {"storageos", "deprecated in v1.22, non-functional in v1.25+"},
    {"quobyte", "deprecated in v1.22, non-functional in v1.25+"},
    {"glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
    {"cephfs", "deprecated in v1.28, non-functional in v1.31+"},
    {"rbd", "deprecated in v1.28, non-functional in v1.31+"},
};
constexpr OldMember kOldAnnotations[] = {
    {"scheduler.alpha.kubernetes.io/critical-pod",
     "non-functional in v1.16+; use the \"priorityClassName\" field instead"},
    {"security.alpha.kubernetes.io/sysctls",
     "non-functional in v1.11+; use the \"sysctls\" field instead"},
    {"security.alpha.kubernetes.io/unsafe-sysctls",
     "non-functional in v1.11+; use the \"sysctls\" field instead"},
};
// The real server's text has these backslashes.
constexpr const char* kOldSeccomp =
    R"(non-functional in v1.27+; use the \"seccompProfile\" field instead)";
constexpr const char* kOldAppArmor =
    R"(deprecated since v1.30; use the \"appArmorProfile\" field instead)";

void node_choice(const Value& spec, const std::string& path, Warnings& out) {
  for (const Value::Member& label : spec["nodeSelector"].members()) {
    if (const auto remark = node_label_out_of_use(label.key); !remark.empty()) {
      out.push_back(path + ".nodeSelector[" + label.key + "]: " + std::string(remark));
    }
  }
  const Value& affinity = spec["affinity"]["nodeAffinity"];
  const std::string base = path + ".affinity.nodeAffinity.";
  std::size_t index = 0;
  for (const Value& term :
       affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].items()) {
    add_node_term_warnings(
        term,
        at(base + "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", index++),
        out);
  }
  index = 0;
  for (const Value& term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    add_node_term_warnings(
        term["preference"],
        at(base + "preferredDuringSchedulingIgnoredDuringExecution", index++) + ".preference", out);
  }
}

void matches_nothing(const Value& selector, const std::string& path, Warnings& out) {
  if (selector.is_null()) {
    out.push_back(path + ".labelSelector: a null labelSelector results in matching no pod");
  }
}

void spread(const Value& constraints, const std::string& path, Warnings& out) {
  std::size_t index = 0;
  for (const Value& one : constraints.items()) {
    const std::string place = at(path, index++);
    const std::string_view key = one["topologyKey"].as_string();
    if (const auto remark = node_label_out_of_use(key); !remark.empty()) {
      out.push_back(place + ".topologyKey: " + std::string(key) + " is " + std::string(remark));
    }
    matches_nothing(one["labelSelector"], place, out);
  }
}

void pod_affinity(const Value& affinity, const std::string& path, Warnings& out) {
  for (const char* which : {"podAffinity", "podAntiAffinity"}) {
    const std::string base = path + "." + which + ".";
    std::size_t index = 0;
    for (const Value& term :
         affinity[which]["requiredDuringSchedulingIgnoredDuringExecution"].items()) {
      matches_nothing(term["labelSelector"],
                      at(base + "requiredDuringSchedulingIgnoredDuringExecution", index++), out);
    }
    index = 0;
    for (const Value& term :
         affinity[which]["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
      matches_nothing(term["podAffinityTerm"]["labelSelector"],
                      at(base + "preferredDuringSchedulingIgnoredDuringExecution", index++) +
                          ".podAffinityTerm",
                      out);
    }
  }
}

void volumes(const Value& list, const std::string& path, Warnings& out) {
  std::size_t index = 0;
  for (const Value& volume : list.items()) {
    const std::string place = at(path, index++);
    for (const OldMember& old : kOldVolumes) {
      if (volume.has(old.member)) out.push_back(place + "." + old.member + ": " + old.remark);
    }
    const Value& claim = volume["ephemeral"]["volumeClaimTemplate"]["spec"]["resources"];
    for (const char* kind : {"requests", "limits"}) {
      add_fraction_warning(claim[kind], "storage",
                           place + ".ephemeral.volumeClaimTemplate.spec.resources." + kind, out);
    }
  }
}

void given_twice(const Value& list, const char* member, const char* word, const std::string& path,
                 Warnings& out) {
  std::set<std::string_view> seen;
  std::size_t index = 0;
  for (const Value& item : list.items()) {
    const std::string place = at(path, index++) + "." + member;
    const std::string_view name = item[member].as_string();
    if (!seen.insert(name).second) {
      out.push_back(place + ": duplicate " + word + " " + quoted(name));
    }
  }
}

void environment(const Value& list, const std::string& path, Warnings& out) {
  std::set<std::string_view> seen;
  std::size_t index = 0;
  for (const Value& item : list.items()) {
    const std::string place = at(path, index++);
    const std::string_view name = item["name"].as_string();
    if (seen.insert(name).second) continue;
    // X=$(X)more builds on the value before; anything else hides it.
    const std::string reference = "$(" + std::string(name) + ")";
    const std::string_view value = item["value"].as_string();
    if (item.has("valueFrom") || value == reference ||
        value.find(reference) == std::string_view::npos) {
      out.push_back(place + ": hides previous definition of " + quoted(name) +
                    ", which may be dropped when using apply");
    }
  }
}

void each_container(const Value& spec, const std::string& path,
                    const std::function<void(const Value&, const std::string&)>& visit) {
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) {
    std::size_t index = 0;
    for (const Value& container : spec[list].items()) {
      visit(container, at(path + "." + list, index++));
    }
  }
}

struct OpenPort {
  std::string place;
  std::string_view host_ip;
  std::int64_t host_port;
};

// Why two definitions of one port and protocol should not stand side by side; empty: they may.
std::string_view quarrel(const OpenPort& one, const OpenPort& other) {
  if (one.host_ip == other.host_ip && one.host_port == other.host_port) return "duplicate";
  if (one.host_port == 0 || other.host_port == 0) return "overlapping";
  const bool one_of_them_everywhere = one.host_ip.empty() != other.host_ip.empty();
  if (one.host_port == other.host_port && one_of_them_everywhere) return "dangerously ambiguous";
  return {};
}

void ports(const Value& spec, const std::string& path, Warnings& out) {
  std::map<std::pair<std::int64_t, std::string_view>, std::vector<OpenPort>> open;
  each_container(spec, path, [&](const Value& container, const std::string& place) {
    std::size_t index = 0;
    for (const Value& port : container["ports"].items()) {
      const OpenPort one{at(place + ".ports", index++), port["hostIP"].as_string(),
                         port["hostPort"].as_int()};
      const std::int64_t number = port["containerPort"].as_int();
      const std::string_view protocol = port["protocol"].as_string();
      if (!one.host_ip.empty() && one.host_port == 0) {
        out.push_back(one.place + ": hostIP set without hostPort: {Name:" + port["name"].str() +
                      " HostPort:0 ContainerPort:" + std::to_string(number) + " Protocol:" +
                      std::string(protocol) + " HostIP:" + std::string(one.host_ip) + "}");
      }
      std::vector<OpenPort>& others = open[{number, protocol}];
      for (const OpenPort& other : others) {
        if (const auto why = quarrel(one, other); !why.empty()) {
          out.push_back(one.place + ": " + std::string(why) + " port definition with " +
                        other.place);
        }
      }
      others.push_back(one);
    }
  });
}

void containers(const Value& pod, const std::string& path, bool is_template, Warnings& out) {
  const Value& notes = pod["metadata"]["annotations"];
  const std::string noted = (path.empty() ? "" : path + ".") + "metadata.annotations[";
  const Value& spec = pod["spec"];
  const Value& security = spec["securityContext"];
  each_container(
      spec, (path.empty() ? "" : path + ".") + "spec",
      [&](const Value& container, const std::string& place) {
        const Value& own = container["securityContext"];
        const std::string name = container["name"].str();
        const std::string seccomp = "container.seccomp.security.alpha.kubernetes.io/" + name;
        if (!own.has("seccompProfile") && notes.has(seccomp)) {
          out.push_back(noted + seccomp + "]: " + kOldSeccomp);
        }
        const std::string app_armor = "container.apparmor.security.beta.kubernetes.io/" + name;
        if (is_template && !security.has("appArmorProfile") && !own.has("appArmorProfile") &&
            notes.has(app_armor)) {
          out.push_back(noted + app_armor + "]: " + kOldAppArmor);
        }
        for (const char* resource : {"memory", "ephemeral-storage"}) {
          for (const char* kind : {"limits", "requests"}) {
            add_fraction_warning(container["resources"][kind], resource,
                                 place + ".resources." + kind, out);
          }
        }
        environment(container["env"], place + ".env", out);
      });
}

}  // namespace

std::string_view node_label_out_of_use(std::string_view label) {
  const auto* row = std::find_if(std::begin(kOldLabels), std::end(kOldLabels),
                                 [&](const OldLabel& old) { return old.label == label; });
  return row == std::end(kOldLabels) ? std::string_view() : row->remark;
}

void add_node_term_warnings(const Value& term, const std::string& path, Warnings& warnings) {
  std::size_t index = 0;
  for (const Value& expression : term["matchExpressions"].items()) {
    const std::string place = at(path + ".matchExpressions", index++) + ".key: ";
    const std::string key = expression["key"].str();
    if (const auto remark = node_label_out_of_use(key); !remark.empty()) {
      warnings.push_back(place + key + " is " + std::string(remark));
    }
  }
}

void add_fraction_warning(const Value& amounts, const char* resource, const std::string& path,
                          Warnings& warnings) {
  const auto amount = Quantity::parse(amounts[resource].as_string());
  if (!amount || amount->is_whole()) return;
  warnings.push_back(path + "[" + resource + "]: fractional byte value " + quoted(amount->str()) +
                     " is invalid, must be an integer");
}

void add_pod_warnings(const Value& pod, const std::string& path, Warnings& warnings) {
  const Value& spec = pod["spec"];
  const std::string prefix = path.empty() ? "" : path + ".";
  const std::string place = prefix + "spec";
  const Value& notes = pod["metadata"]["annotations"];
  node_choice(spec, place, warnings);
  spread(spec["topologySpreadConstraints"], place + ".topologySpreadConstraints", warnings);
  for (const OldMember& old : kOldAnnotations) {
    if (notes.has(old.member)) {
      warnings.push_back(prefix + "metadata.annotations[" + old.member + "]: " + old.remark);
    }
  }
  volumes(spec["volumes"], place + ".volumes", warnings);
  given_twice(spec["hostAliases"], "ip", "ip", place + ".hostAliases", warnings);
  given_twice(spec["imagePullSecrets"], "name", "name", place + ".imagePullSecrets", warnings);
  std::size_t index = 0;
  for (const Value& secret : spec["imagePullSecrets"].items()) {
    const std::string name_place = at(place + ".imagePullSecrets", index++) + ".name";
    if (secret["name"].empty()) warnings.push_back(name_place + ": invalid empty name \"\"");
  }
  for (const char* resource : {"memory", "ephemeral-storage"}) {
    add_fraction_warning(spec["overhead"], resource, place + ".overhead", warnings);
  }
  constexpr const char* kSeccomp = "seccomp.security.alpha.kubernetes.io/pod";
  if (!spec["securityContext"].has("seccompProfile") && notes.has(kSeccomp)) {
    warnings.push_back(prefix + "metadata.annotations[" + kSeccomp + "]: " + kOldSeccomp);
  }
  containers(pod, path, !path.empty(), warnings);
  ports(spec, place, warnings);
  if (spec["terminationGracePeriodSeconds"].as_int() < 0) {
    warnings.push_back(place +
                       ".terminationGracePeriodSeconds: must be >= 0; negative values are invalid "
                       "and will be treated as 1");
  }
  pod_affinity(spec["affinity"], place + ".affinity", warnings);
}

}  // namespace inferlab::sim
