// Pod Security, level restricted: what is good practice for Pods that need nothing special.
#include <algorithm>
#include <array>

#include "sim/api/admission/pod_security_checks.h"

namespace inferlab::sim::admission {
namespace {

using Found = std::optional<Violation>;

constexpr int kWindowsSince = 25;  // from then on Pods of that system are let off some checks

std::string name_of(const Value* container) {
  return (*container)["name"].str();
}

Found privilege_escalation(const CheckedPod& pod, int minor) {
  if (minor >= kWindowsSince && pod.is_windows()) return std::nullopt;
  Texts containers;
  for (const Value* one : pod.containers) {
    const Value& allows = (*one)["securityContext"]["allowPrivilegeEscalation"];
    if (allows.as_bool(true)) containers.push_back(name_of(one));
  }
  if (containers.empty()) return std::nullopt;
  return Violation{
      "allowPrivilegeEscalation != false",
      containers_text(containers) + " must set securityContext.allowPrivilegeEscalation=false"};
}

Found capabilities(const CheckedPod& pod, int minor) {
  if (minor >= kWindowsSince && pod.is_windows()) return std::nullopt;
  Texts keeping;
  Texts adding;
  Texts added;
  for (const Value* one : pod.containers) {
    const Value& capabilities = (*one)["securityContext"]["capabilities"];
    const auto& drop = capabilities["drop"].items();
    const bool drops_all = std::any_of(drop.begin(), drop.end(),
                                       [](const Value& name) { return name.as_string() == "ALL"; });
    if (!drops_all) keeping.push_back(name_of(one));
    const std::size_t before = added.size();
    for (const Value& name : capabilities["add"].items()) {
      if (name.as_string() != "NET_BIND_SERVICE") added.push_back(name.str());
    }
    if (added.size() != before) adding.push_back(name_of(one));
  }
  Texts details;
  if (!keeping.empty()) {
    details.push_back(containers_text(keeping) +
                      " must set securityContext.capabilities.drop=[\"ALL\"]");
  }
  if (!adding.empty()) {
    details.push_back(containers_text(adding) + " must not include " +
                      quoted(as_set(std::move(added))) + " in securityContext.capabilities.add");
  }
  if (details.empty()) return std::nullopt;
  return Violation{"unrestricted capabilities", joined(details, "; ")};
}

Found restricted_volumes(const CheckedPod& pod, int /*minor*/) {
  constexpr std::array<std::string_view, 8> kAllowed = {
      "configMap", "csi",   "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
      "projected", "secret"};
  constexpr std::array<std::string_view, 21> kKnown = {"hostPath",
                                                       "gcePersistentDisk",
                                                       "awsElasticBlockStore",
                                                       "gitRepo",
                                                       "nfs",
                                                       "iscsi",
                                                       "glusterfs",
                                                       "rbd",
                                                       "flexVolume",
                                                       "cinder",
                                                       "cephfs",
                                                       "flocker",
                                                       "fc",
                                                       "azureFile",
                                                       "vsphereVolume",
                                                       "quobyte",
                                                       "azureDisk",
                                                       "portworxVolume",
                                                       "scaleIO",
                                                       "storageos",
                                                       "photonPersistentDisk"};
  Texts names;
  Texts types;
  for (const Value& volume : pod.spec["volumes"].items()) {
    const auto has = [&volume](std::string_view type) { return volume.has(type); };
    if (std::any_of(kAllowed.begin(), kAllowed.end(), has)) continue;
    const auto type = std::find_if(kKnown.begin(), kKnown.end(), has);
    names.push_back(volume["name"].str());
    types.emplace_back(type == kKnown.end() ? std::string_view("unknown") : *type);
  }
  if (names.empty()) return std::nullopt;
  types = as_set(std::move(types));
  return Violation{
      "restricted volume types",
      (names.size() == 1 ? "volume " : "volumes ") + quoted(names) +
          (names.size() == 1 ? " uses " : " use ") +
          (types.size() == 1 ? "restricted volume type " : "restricted volume types ") +
          quoted(types)};
}

Found run_as_non_root(const CheckedPod& pod, int /*minor*/) {
  const Value& of_pod = pod.spec["securityContext"]["runAsNonRoot"];
  const bool pod_refuses = of_pod.is_bool() && !of_pod.as_bool();
  Texts explicitly;
  Texts implicitly;
  for (const Value* one : pod.containers) {
    const Value& own = (*one)["securityContext"]["runAsNonRoot"];
    if (own.is_bool()) {
      if (!own.as_bool()) explicitly.push_back(name_of(one));
    } else if (!of_pod.as_bool()) {
      implicitly.push_back(name_of(one));
    }
  }
  constexpr const char* kReason = "runAsNonRoot != true";
  if (pod_refuses || !explicitly.empty()) {
    return Violation{kReason, setters_text(pod_refuses, explicitly) +
                                  " must not set securityContext.runAsNonRoot=false"};
  }
  if (implicitly.empty()) return std::nullopt;
  return Violation{kReason, "pod or " + containers_text(implicitly) +
                                " must set securityContext.runAsNonRoot=true"};
}

Found run_as_user(const CheckedPod& pod, int /*minor*/) {
  const auto is_root = [](const Value& context) {
    return context["runAsUser"].is_int() && context["runAsUser"].as_int() == 0;
  };
  const bool by_pod = is_root(pod.spec["securityContext"]);
  Texts containers;
  for (const Value* one : pod.containers) {
    if (is_root((*one)["securityContext"])) containers.push_back(name_of(one));
  }
  if (!by_pod && containers.empty()) return std::nullopt;
  return Violation{"runAsUser=0", setters_text(by_pod, containers) + " must not set runAsUser=0"};
}

Found seccomp_profile(const CheckedPod& pod, int minor) {
  if (minor >= kWindowsSince && pod.is_windows()) return std::nullopt;
  const auto is_good = [](const Value& profile) {
    const std::string_view type = profile["type"].as_string();
    return type == "RuntimeDefault" || type == "Localhost";
  };
  const Value& of_pod = pod.spec["securityContext"]["seccompProfile"];
  const bool bad_pod = !of_pod.is_null() && !is_good(of_pod);
  Texts types;
  if (bad_pod) types.push_back(of_pod["type"].str());
  Texts explicitly;
  Texts implicitly;
  for (const Value* one : pod.containers) {
    const Value& own = (*one)["securityContext"]["seccompProfile"];
    if (own.is_null()) {
      if (of_pod.is_null() || bad_pod) implicitly.push_back(name_of(one));
    } else if (!is_good(own)) {
      explicitly.push_back(name_of(one));
      types.push_back(own["type"].str());
    }
  }
  if (bad_pod || !explicitly.empty()) {
    return Violation{"seccompProfile", setters_text(bad_pod, explicitly) +
                                           " must not set securityContext.seccompProfile.type to " +
                                           quoted(as_set(std::move(types)))};
  }
  if (implicitly.empty()) return std::nullopt;
  return Violation{"seccompProfile",
                   "pod or " + containers_text(implicitly) +
                       " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or "
                       "\"Localhost\""};
}

constexpr SecurityCheck kChecks[] = {
    {"allowPrivilegeEscalation", 8, privilege_escalation},
    {"capabilities_restricted", 22, capabilities, "capabilities_baseline"},
    {"restrictedVolumes", 0, restricted_volumes, "hostPathVolumes"},
    {"runAsNonRoot", 0, run_as_non_root},
    {"runAsUser", 23, run_as_user},
    {"seccompProfile_restricted", 19, seccomp_profile, "seccompProfile_baseline"},
};

}  // namespace

std::span<const SecurityCheck> restricted_checks() {
  return kChecks;
}

}  // namespace inferlab::sim::admission
