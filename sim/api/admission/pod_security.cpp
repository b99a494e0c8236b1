// PodSecurity: a namespace says by its labels what its Pods may do; a Pod that may not is refused,
// or remarked on. The templates of workloads are remarked on only: their Pods are refused later.
// Source: Kubernetes documentation, "Pod Security Admission"; pod-security-admission of 1.32.
#include <algorithm>
#include <charconv>
#include <map>

#include "sim/api/admission/pod_security_checks.h"
#include "sim/api/admission/rules.h"
#include "sim/api/status.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim::admission {
namespace {

constexpr std::string_view kPrefix = "pod-security.kubernetes.io/";
constexpr std::size_t kMaxPods = 3000;  // that a new level of a namespace is held against

std::optional<SecurityLevel> level_of(std::string_view text) {
  if (text == "privileged") return SecurityLevel::kPrivileged;
  if (text == "baseline") return SecurityLevel::kBaseline;
  if (text == "restricted") return SecurityLevel::kRestricted;
  return std::nullopt;
}

std::optional<int> version_of(std::string_view text) {
  if (text == "latest") return SecurityPolicy::kLatest;
  if (!text.starts_with("v1.")) return std::nullopt;
  text.remove_prefix(3);
  int minor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
  const bool whole = error == std::errc() && end == text.data() + text.size() && minor >= 0 &&
                     (text.size() == 1 || text.front() != '0');
  return whole ? std::optional(minor) : std::nullopt;
}

std::string label_key(std::string_view mode) {
  return std::string(kPrefix) + std::string(mode);
}

struct Read {
  SecurityPolicy policy;
  bool stated = false;
};

// Of what is enforced a level that cannot be read counts as the strictest, so that a slip lets
// nothing through.
Read policy_of(const Value& labels, std::string_view mode, FieldErrors* errors) {
  Read out;
  const std::string level_key = label_key(mode);
  const std::string version_key = level_key + "-version";
  const auto complain = [&](const std::string& key, const char* why) {
    if (errors == nullptr) return;
    errors->push_back({"FieldValueInvalid", "metadata.labels[" + key + "]",
                       "Invalid value: \"" + labels[key].str() + "\": " + why});
  };
  if (const Value* level = labels.find(level_key)) {
    const auto read = level_of(level->as_string());
    out.policy.level =
        read.value_or(mode == "enforce" ? SecurityLevel::kRestricted : SecurityLevel::kPrivileged);
    out.stated = true;
    if (!read) complain(level_key, "must be one of privileged, baseline, restricted");
  }
  if (const Value* version = labels.find(version_key)) {
    const auto read = version_of(version->as_string());
    out.policy.minor = read.value_or(SecurityPolicy::kLatest);
    if (!read) complain(version_key, "must be \"latest\" or \"v1.x\"");
  }
  return out;
}

struct Policies {
  SecurityPolicy enforce, audit, warn;
};

Policies policies_of(const Value& labels, FieldErrors* errors) {
  Policies out;
  out.enforce = policy_of(labels, "enforce", errors).policy;
  out.audit = policy_of(labels, "audit", errors).policy;
  const Read warn = policy_of(labels, "warn", errors);
  out.warn = warn.policy;
  // Whoever is refused should hear of it before, from the workload.
  if (!warn.stated && out.enforce.level > out.warn.level) out.warn = out.enforce;
  return out;
}

// The part of an object that is, or becomes, a Pod; null: there is none.
Value pod_of(const Admission& admission) {
  const Value& object = admission.object;
  if (admission.is("", "Pod")) return object;
  if (admission.is("batch", "CronJob")) return object["spec"]["jobTemplate"]["spec"]["template"];
  if (admission.is("", "PodTemplate")) return object["template"];
  const bool workload = admission.is("", "ReplicationController") ||
                        admission.is("apps", "ReplicaSet") || admission.is("apps", "Deployment") ||
                        admission.is("apps", "StatefulSet") || admission.is("apps", "DaemonSet") ||
                        admission.is("batch", "Job");
  return workload ? object["spec"]["template"] : Value();
}

// Of an update of a Pod only what could break the rules counts: its images, new containers.
bool matters(const Value& pod, const Value& old) {
  for (const char* list : {"containers", "initContainers", "ephemeralContainers"}) {
    const Value& now = pod["spec"][list];
    const Value& before = old["spec"][list];
    if (now.size() != before.size()) return true;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i]["image"] != before[i]["image"]) return true;
    }
  }
  return false;
}

std::string would_violate(const SecurityPolicy& policy, const std::vector<Violation>& violations) {
  return "would violate PodSecurity \"" + policy.str() + "\": " + details_of(violations);
}

std::optional<ApiResponse> check_object(Admission& admission, const Value& pod) {
  Call& call = admission.call;
  const ObjectPtr ns = call.store().get({"namespaces", "", call.request.ns});
  if (ns == nullptr) return std::nullopt;
  const Value& labels = ns->document["metadata"]["labels"];
  const auto& all = labels.members();
  const bool says_so = std::any_of(all.begin(), all.end(), [](const Value::Member& label) {
    return label.key.starts_with(kPrefix);
  });
  if (!says_so) return std::nullopt;
  const bool is_pod = admission.is("", "Pod");
  if (is_pod && !admission.creates() && !matters(pod, admission.old)) return std::nullopt;
  const Policies policies = policies_of(labels, nullptr);
  if (is_pod) {
    const std::vector<Violation> violations = violations_of(pod, policies.enforce);
    if (!violations.empty()) {
      return admission.refuse("violates PodSecurity \"" + policies.enforce.str() +
                              "\": " + details_of(violations));
    }
  }
  if (!call.request.track_fields) return std::nullopt;  // nobody reads what components are told
  const std::vector<Violation> violations = violations_of(pod, policies.warn);
  if (!violations.empty()) call.warnings.push_back(would_violate(policies.warn, violations));
  return std::nullopt;
}

// What Pods that are there already would be refused for by the new level.
void warn_of_present_pods(Admission& admission, const SecurityPolicy& enforce) {
  Call& call = admission.call;
  const std::string ns = admission.object["metadata"]["name"].str();
  std::vector<ObjectPtr> pods = call.store().list("pods", ns);
  const std::size_t total = pods.size();
  if (total > kMaxPods) {
    pods.resize(kMaxPods);
    call.warnings.push_back("new PodSecurity enforce level only checked against the first " +
                            std::to_string(kMaxPods) + " of " + std::to_string(total) +
                            " existing pods");
  }
  std::map<std::string, std::vector<std::string>> by_reasons;
  for (const ObjectPtr& pod : pods) {
    const std::vector<Violation> violations = violations_of(pod->document, enforce);
    if (!violations.empty()) by_reasons[reasons_of(violations)].push_back(pod->key.name);
  }
  if (by_reasons.empty()) return;
  call.warnings.push_back("existing pods in namespace \"" + ns +
                          "\" violate the new PodSecurity enforce level \"" + enforce.str() + "\"");
  Texts remarks;
  for (const auto& [reasons, names] : by_reasons) {
    const std::size_t others = names.size() - 1;
    std::string who = names.front();
    if (others == 1) who += " (and 1 other pod)";
    if (others > 1) who += " (and " + std::to_string(others) + " other pods)";
    remarks.push_back(who + ": " + reasons);
  }
  for (std::string& remark : as_set(std::move(remarks))) call.warnings.push_back(remark);
}

std::optional<ApiResponse> check_namespace_labels(Admission& admission) {
  const Value& labels = admission.object["metadata"]["labels"];
  const Value& old_labels = admission.old["metadata"]["labels"];
  if (!admission.creates() && labels == old_labels) return std::nullopt;
  FieldErrors errors;
  const Policies policies = policies_of(labels, &errors);
  const std::string name = admission.object["metadata"]["name"].str();
  if (!errors.empty()) {
    FieldErrors old_errors;
    static_cast<void>(policies_of(old_labels, &old_errors));
    // One that was wrong before may be changed in other ways.
    if (admission.creates() || old_errors.empty()) return invalid("", "Namespace", name, errors);
    return std::nullopt;
  }
  if (admission.creates()) return std::nullopt;
  const SecurityPolicy before = policies_of(old_labels, nullptr).enforce;
  const SecurityPolicy& after = policies.enforce;
  const bool relaxed = after.minor == before.minor && after.level < before.level;
  if (after == before || relaxed || after.level == SecurityLevel::kPrivileged) return std::nullopt;
  warn_of_present_pods(admission, after);
  return std::nullopt;
}

}  // namespace

std::optional<ApiResponse> check_pod_security(Admission& admission) {
  if (admission.is("", "Namespace")) return check_namespace_labels(admission);
  if (!admission.call.kind.namespaced) return std::nullopt;
  const Value pod = pod_of(admission);
  return pod.is_null() ? std::nullopt : check_object(admission, pod);
}

}  // namespace inferlab::sim::admission
