// What a Pod and its containers run as, and what they may do.
#include <algorithm>

#include "sim/api/go_space.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/path_rules.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

// The number of a user or a group.
void validate_id(const Value& id, const FieldPath& path, FieldErrors& errors) {
  if (id.as_int() < 0 || id.as_int() > 2147483647)
    errors.push_back(invalid_value(path, id, "must be between 0 and 2147483647, inclusive"));
}

void validate_seccomp(const Value& profile, const FieldPath& path, FieldErrors& errors) {
  const Value& type = profile["type"];
  if (type.empty()) {
    errors.push_back(required(path / "type", "type is required when seccompProfile is set"));
  } else {
    validate_one_of(path / "type", type, {"Localhost", "RuntimeDefault", "Unconfined"}, errors);
  }
  const Value* file = profile.find("localhostProfile");
  const FieldPath file_path = path / "localhostProfile";
  if (type.as_string() != "Localhost") {
    if (file != nullptr) {
      errors.push_back(invalid_raw(file_path,
                                   "core.SeccompProfile{Type:" + shown(Value(type.as_string())) +
                                       ", LocalhostProfile:" + go_pointer("string", *file) + "}",
                                   "can only be set when seccomp type is Localhost"));
    }
  } else if (file == nullptr) {
    errors.push_back(required(file_path, "must be set when seccomp type is Localhost"));
  } else {
    validate_descending_path(*file, file_path, errors);
  }
}

void validate_app_armor(const Value& profile, const FieldPath& path, FieldErrors& errors) {
  constexpr std::string_view kNeeded = "must be set when AppArmor type is Localhost";
  constexpr std::size_t kLongest = 4095;
  const Value& type = profile["type"];
  const Value* name = profile.find("localhostProfile");
  const FieldPath name_path = path / "localhostProfile";
  if (type.empty()) {
    errors.push_back(required(path / "type", "type is required when appArmorProfile is set"));
  } else if (type.as_string() == "Localhost") {
    if (name == nullptr) {
      errors.push_back(required(name_path, kNeeded));
      return;
    }
    const std::string trimmed = go_trimmed(name->as_string());
    if (trimmed != name->as_string()) {
      errors.push_back(invalid_value(name_path, *name, "must not be padded with whitespace"));
    } else if (trimmed.empty()) {
      errors.push_back(required(name_path, kNeeded));
    }
    if (name->as_string().size() > kLongest) errors.push_back(too_long_field(name_path, kLongest));
  } else if (type.as_string() == "RuntimeDefault" || type.as_string() == "Unconfined") {
    if (name != nullptr) {
      errors.push_back(
          invalid_value(name_path, *name, "can only be set when AppArmor type is Localhost"));
    }
  } else {
    errors.push_back(
        unsupported(path / "type", type, {"Localhost", "RuntimeDefault", "Unconfined"}));
  }
}

// "net.ipv4.ip_forward", also with slashes.
bool is_sysctl_name(std::string_view name) {
  constexpr std::size_t kLongest = 253;
  if (name.size() > kLongest) return false;
  const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  while (true) {
    const std::size_t end = name.find_first_of("./");
    const std::string_view part = name.substr(0, end);
    if (part.empty() || !alnum(part.front()) || !alnum(part.back())) return false;
    if (!std::all_of(part.begin(), part.end(),
                     [&](char c) { return alnum(c) || c == '-' || c == '_'; })) {
      return false;
    }
    if (end == std::string_view::npos) return true;
    name.remove_prefix(end + 1);
  }
}

void validate_sysctls(const Value& sysctls, const FieldPath& path, FieldErrors& errors) {
  Names seen;
  std::size_t index = 0;
  for (const Value& sysctl : sysctls.items()) {
    const FieldPath at = path.index(index++);
    const Value name(sysctl["name"].as_string());
    if (name.empty()) {
      errors.push_back(required(at / "name"));
    } else if (!is_sysctl_name(name.as_string())) {
      errors.push_back(
          invalid_value(at / "name", name,
                        "must have at most 253 characters and match regex "
                        "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"));
    } else if (seen.contains(name.str())) {
      errors.push_back(duplicate(at / "name", name));
    }
    seen.insert(name.str());
  }
}

// core.SecurityContext{…}: all behind pointers.
std::string go_security_context(const Value& context) {
  struct Member {
    const char* name;
    const char* field;
    const char* type;
  };
  constexpr Member kMembers[] = {
      {"Capabilities", "capabilities", "core.Capabilities"},
      {"Privileged", "privileged", "bool"},
      {"SELinuxOptions", "seLinuxOptions", "core.SELinuxOptions"},
      {"WindowsOptions", "windowsOptions", "core.WindowsSecurityContextOptions"},
      {"RunAsUser", "runAsUser", "int64"},
      {"RunAsGroup", "runAsGroup", "int64"},
      {"RunAsNonRoot", "runAsNonRoot", "bool"},
      {"ReadOnlyRootFilesystem", "readOnlyRootFilesystem", "bool"},
      {"AllowPrivilegeEscalation", "allowPrivilegeEscalation", "bool"},
      {"ProcMount", "procMount", "core.ProcMountType"},
      {"SeccompProfile", "seccompProfile", "core.SeccompProfile"},
      {"AppArmorProfile", "appArmorProfile", "core.AppArmorProfile"}};
  std::string out = "core.SecurityContext{";
  for (const Member& member : kMembers) {
    out += (out.back() == '{' ? "" : ", ") + std::string(member.name) + ":" +
           go_pointer(member.type, context[member.field]);
  }
  return out + "}";
}

}  // namespace

void validate_pod_security_context(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& context = spec["securityContext"];
  for (const char* field : {"fsGroup", "runAsUser", "runAsGroup"}) {
    if (context.has(field)) validate_id(context[field], path / field, errors);
  }
  const FieldPath groups = path / "supplementalGroups";
  std::size_t index = 0;
  for (const Value& group : context["supplementalGroups"].items())
    validate_id(group, groups.index(index++), errors);
  if (spec["shareProcessNamespace"].as_bool() && spec["hostPID"].as_bool()) {
    errors.push_back(invalid_value(path / "shareProcessNamespace", spec["shareProcessNamespace"],
                                   "ShareProcessNamespace and HostPID cannot both be enabled"));
  }
  validate_sysctls(context["sysctls"], path / "sysctls", errors);
  if (context.has("fsGroupChangePolicy")) {
    validate_one_of(path / "fsGroupChangePolicy", context["fsGroupChangePolicy"],
                    {"Always", "OnRootMismatch"}, errors);
  }
  if (context.has("seccompProfile"))
    validate_seccomp(context["seccompProfile"], path / "seccompProfile", errors);
  if (context.has("appArmorProfile"))
    validate_app_armor(context["appArmorProfile"], path / "appArmorProfile", errors);
}

void validate_security_context(const Value& context, const FieldPath& path, FieldErrors& errors) {
  for (const char* field : {"runAsUser", "runAsGroup"}) {
    if (context.has(field)) validate_id(context[field], path / field, errors);
  }
  if (context.has("seccompProfile"))
    validate_seccomp(context["seccompProfile"], path / "seccompProfile", errors);
  if (!context["allowPrivilegeEscalation"].as_bool(true)) {
    const auto contradicts = [&](std::string_view why) {
      errors.push_back(invalid_raw(path, go_security_context(context), why));
    };
    if (context["privileged"].as_bool())
      contradicts("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    for (const Value& capability : context["capabilities"]["add"].items()) {
      if (capability.as_string() != "CAP_SYS_ADMIN") continue;
      contradicts(
          "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
    }
  }
  if (context.has("appArmorProfile"))
    validate_app_armor(context["appArmorProfile"], path / "appArmorProfile", errors);
}

}  // namespace inferlab::sim
