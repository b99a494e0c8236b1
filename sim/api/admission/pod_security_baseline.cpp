// Pod Security, level baseline: nothing that is known to lead out of a container.
#include <algorithm>
#include <array>
#include <iterator>

#include "sim/api/admission/pod_security_checks.h"

namespace inferlab::sim::admission {
namespace {

using Found = std::optional<Violation>;

template <std::size_t kSize>
bool one_of(const std::array<std::string_view, kSize>& allowed, std::string_view text) {
  return std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

std::string name_of(const Value* container) {
  return (*container)["name"].str();
}

// In Go's quotes; annotations hold nothing else worth an escape.
std::string go_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

Found app_armor_profile(const CheckedPod& pod, int /*minor*/) {
  constexpr std::array<std::string_view, 2> kTypes = {"RuntimeDefault", "Localhost"};
  constexpr std::string_view kPrefix = "container.apparmor.security.beta.kubernetes.io/";
  Texts setters;
  Texts values;
  const auto is_bad = [&](const Value& context) {
    const Value& type = context["appArmorProfile"]["type"];
    if (!context.has("appArmorProfile") || one_of(kTypes, type.as_string())) return false;
    values.push_back(type.str());
    return true;
  };
  if (is_bad(pod.spec["securityContext"])) setters.emplace_back("pod");
  Texts containers;
  for (const Value* one : pod.containers) {
    if (is_bad((*one)["securityContext"])) containers.push_back(name_of(one));
  }
  if (!containers.empty()) setters.push_back(containers_text(containers));
  values = as_set(std::move(values));
  Texts annotations;
  for (const Value::Member& one : pod.metadata["annotations"].members()) {
    const std::string_view profile = one.value.as_string();
    const bool allowed =
        profile.empty() || profile == "runtime/default" || profile.starts_with("localhost/");
    if (one.key.starts_with(kPrefix) && !allowed) {
      annotations.push_back(one.key + "=" + go_quoted(profile));
    }
  }
  if (!annotations.empty()) {
    setters.emplace_back(annotations.size() == 1 ? "annotation" : "annotations");
    values.insert(values.end(), annotations.begin(), annotations.end());
  }
  if (setters.empty()) return std::nullopt;
  return Violation{
      values.size() == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
      joined(setters, " and ") + " must not set AppArmor profile type to " + quoted(values)};
}

Found capabilities(const CheckedPod& pod, int /*minor*/) {
  constexpr std::array<std::string_view, 13> kAllowed = {
      "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",      "MKNOD",
      "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT"};
  Texts containers;
  Texts added;
  for (const Value* one : pod.containers) {
    const std::size_t before = added.size();
    for (const Value& name : (*one)["securityContext"]["capabilities"]["add"].items()) {
      if (!one_of(kAllowed, name.as_string())) added.push_back(name.str());
    }
    if (added.size() != before) containers.push_back(name_of(one));
  }
  if (containers.empty()) return std::nullopt;
  return Violation{"non-default capabilities", containers_text(containers) + " must not include " +
                                                   quoted(as_set(std::move(added))) +
                                                   " in securityContext.capabilities.add"};
}

Found host_namespaces(const CheckedPod& pod, int /*minor*/) {
  Texts shared;
  for (const char* field : {"hostIPC", "hostNetwork", "hostPID"}) {
    if (pod.spec[field].as_bool()) shared.emplace_back(field);
  }
  if (shared.empty()) return std::nullopt;
  return Violation{"host namespaces", joined(shared, ", ")};
}

Found host_path_volumes(const CheckedPod& pod, int /*minor*/) {
  Texts names;
  for (const Value& volume : pod.spec["volumes"].items()) {
    if (volume.has("hostPath")) names.push_back(volume["name"].str());
  }
  if (names.empty()) return std::nullopt;
  return Violation{"hostPath volumes",
                   (names.size() == 1 ? "volume " : "volumes ") + quoted(names)};
}

Found host_ports(const CheckedPod& pod, int /*minor*/) {
  Texts containers;
  Texts ports;
  for (const Value* one : pod.containers) {
    const std::size_t before = ports.size();
    for (const Value& port : (*one)["ports"].items()) {
      if (const std::int64_t number = port["hostPort"].as_int(); number != 0) {
        ports.push_back(std::to_string(number));
      }
    }
    if (ports.size() != before) containers.push_back(name_of(one));
  }
  if (containers.empty()) return std::nullopt;
  ports = as_set(std::move(ports));
  return Violation{"hostPort",
                   containers_text(containers) + (containers.size() == 1 ? " uses " : " use ") +
                       (ports.size() == 1 ? "hostPort " : "hostPorts ") + joined(ports, ", ")};
}

Found privileged(const CheckedPod& pod, int /*minor*/) {
  Texts containers;
  for (const Value* one : pod.containers) {
    if ((*one)["securityContext"]["privileged"].as_bool()) containers.push_back(name_of(one));
  }
  if (containers.empty()) return std::nullopt;
  return Violation{"privileged",
                   containers_text(containers) + " must not set securityContext.privileged=true"};
}

Found proc_mount(const CheckedPod& pod, int /*minor*/) {
  Texts containers;
  Texts types;
  for (const Value* one : pod.containers) {
    const Value& type = (*one)["securityContext"]["procMount"];
    if (type.is_null() || type.as_string() == "Default") continue;
    containers.push_back(name_of(one));
    types.push_back(type.str());
  }
  if (containers.empty()) return std::nullopt;
  return Violation{"procMount", containers_text(containers) +
                                    " must not set securityContext.procMount to " +
                                    quoted(as_set(std::move(types)))};
}

Found se_linux_options(const CheckedPod& pod, int minor) {
  constexpr std::array<std::string_view, 4> kTypes = {"", "container_t", "container_init_t",
                                                      "container_kvm_t"};
  Texts types;
  bool sets_user = false;
  bool sets_role = false;
  const auto is_bad = [&](const Value& context) {
    const Value& options = context["seLinuxOptions"];
    const std::string_view type = options["type"].as_string();
    const bool good = one_of(kTypes, type) || (minor >= 31 && type == "container_engine_t");
    if (!good) types.emplace_back(type);
    sets_user = sets_user || !options["user"].empty();
    sets_role = sets_role || !options["role"].empty();
    return !good || !options["user"].empty() || !options["role"].empty();
  };
  const bool by_pod = is_bad(pod.spec["securityContext"]);
  Texts containers;
  for (const Value* one : pod.containers) {
    if (is_bad((*one)["securityContext"])) containers.push_back(name_of(one));
  }
  if (!by_pod && containers.empty()) return std::nullopt;
  types = as_set(std::move(types));
  Texts faults;
  if (!types.empty()) faults.push_back((types.size() == 1 ? "type " : "types ") + quoted(types));
  if (sets_user) faults.emplace_back("user may not be set");
  if (sets_role) faults.emplace_back("role may not be set");
  return Violation{"seLinuxOptions",
                   setters_text(by_pod, containers) +
                       " set forbidden securityContext.seLinuxOptions: " + joined(faults, "; ")};
}

Found seccomp_profile(const CheckedPod& pod, int /*minor*/) {
  constexpr std::array<std::string_view, 2> kTypes = {"RuntimeDefault", "Localhost"};
  Texts types;
  const auto is_bad = [&](const Value& context) {
    const Value& profile = context["seccompProfile"];
    if (profile.is_null() || one_of(kTypes, profile["type"].as_string())) return false;
    types.push_back(profile["type"].str());
    return true;
  };
  const bool by_pod = is_bad(pod.spec["securityContext"]);
  Texts containers;
  for (const Value* one : pod.containers) {
    if (is_bad((*one)["securityContext"])) containers.push_back(name_of(one));
  }
  if (!by_pod && containers.empty()) return std::nullopt;
  return Violation{"seccompProfile", setters_text(by_pod, containers) +
                                         " must not set securityContext.seccompProfile.type to " +
                                         quoted(as_set(std::move(types)))};
}

Found sysctls(const CheckedPod& pod, int minor) {
  struct Row {
    std::string_view name;
    int since;
  };
  constexpr Row kAllowed[] = {
      {"kernel.shm_rmid_forced", 0},
      {"net.ipv4.ip_local_port_range", 0},
      {"net.ipv4.tcp_syncookies", 0},
      {"net.ipv4.ping_group_range", 0},
      {"net.ipv4.ip_unprivileged_port_start", 0},
      {"net.ipv4.ip_local_reserved_ports", 27},
      {"net.ipv4.tcp_keepalive_time", 29},
      {"net.ipv4.tcp_fin_timeout", 29},
      {"net.ipv4.tcp_keepalive_intvl", 29},
      {"net.ipv4.tcp_keepalive_probes", 29},
      {"net.ipv4.tcp_rmem", 32},
      {"net.ipv4.tcp_wmem", 32},
  };
  Texts forbidden;
  for (const Value& sysctl : pod.spec["securityContext"]["sysctls"].items()) {
    const std::string_view name = sysctl["name"].as_string();
    const bool allowed = std::any_of(std::begin(kAllowed), std::end(kAllowed), [&](const Row& row) {
      return row.name == name && minor >= row.since;
    });
    if (!allowed) forbidden.emplace_back(name);
  }
  if (forbidden.empty()) return std::nullopt;
  return Violation{"forbidden sysctls", joined(forbidden, ", ")};
}

Found windows_host_process(const CheckedPod& pod, int /*minor*/) {
  const auto is_bad = [](const Value& context) {
    return context["windowsOptions"]["hostProcess"].as_bool();
  };
  const bool by_pod = is_bad(pod.spec["securityContext"]);
  Texts containers;
  for (const Value* one : pod.containers) {
    if (is_bad((*one)["securityContext"])) containers.push_back(name_of(one));
  }
  if (!by_pod && containers.empty()) return std::nullopt;
  return Violation{"hostProcess", setters_text(by_pod, containers) +
                                      " must not set securityContext.windowsOptions.hostProcess="
                                      "true"};
}

constexpr SecurityCheck kChecks[] = {
    {"appArmorProfile", 0, app_armor_profile},
    {"capabilities_baseline", 0, capabilities},
    {"hostNamespaces", 0, host_namespaces},
    {"hostPathVolumes", 0, host_path_volumes},
    {"hostPorts", 0, host_ports},
    {"privileged", 0, privileged},
    {"procMount", 0, proc_mount},
    {"seLinuxOptions", 0, se_linux_options},
    {"seccompProfile_baseline", 19, seccomp_profile},
    {"sysctls", 0, sysctls},
    {"windowsHostProcess", 0, windows_host_process},
};

}  // namespace

std::span<const SecurityCheck> baseline_checks() {
  return kChecks;
}

}  // namespace inferlab::sim::admission
