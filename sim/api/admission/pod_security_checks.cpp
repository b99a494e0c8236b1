#include "sim/api/admission/pod_security_checks.h"

#include <algorithm>

namespace inferlab::sim::admission {

std::string SecurityPolicy::str() const {
  const char* name = level == SecurityLevel::kPrivileged ? "privileged"
                     : level == SecurityLevel::kBaseline ? "baseline"
                                                         : "restricted";
  return std::string(name) + ":" + (minor == kLatest ? "latest" : "v1." + std::to_string(minor));
}

bool CheckedPod::is_windows() const {
  return spec["os"]["name"].as_string() == "windows";
}

CheckedPod checked_pod(const Value& pod) {
  CheckedPod out{pod["metadata"], pod["spec"], {}};
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) {
    for (const Value& container : out.spec[list].items()) out.containers.push_back(&container);
  }
  return out;
}

std::vector<Violation> violations_of(const Value& pod, const SecurityPolicy& policy) {
  std::vector<Violation> out;
  if (policy.level == SecurityLevel::kPrivileged) return out;
  const CheckedPod checked = checked_pod(pod);
  const auto add = [&](const SecurityCheck& one) {
    if (policy.minor < one.since) return;
    if (auto violation = one.check(checked, policy.minor)) out.push_back(*std::move(violation));
  };
  const bool restricted = policy.level == SecurityLevel::kRestricted;
  for (const SecurityCheck& one : baseline_checks()) {
    const auto stricter = restricted_checks();
    const bool replaced =
        std::any_of(stricter.begin(), stricter.end(), [&](const SecurityCheck& other) {
          return other.replaces == one.id && policy.minor >= other.since;
        });
    if (!restricted || !replaced) add(one);
  }
  if (restricted) {
    for (const SecurityCheck& one : restricted_checks()) add(one);
  }
  return out;
}

std::string details_of(const std::vector<Violation>& violations) {
  Texts texts;
  for (const Violation& one : violations) {
    texts.push_back(one.detail.empty() ? one.reason : one.reason + " (" + one.detail + ")");
  }
  return joined(texts, ", ");
}

std::string reasons_of(const std::vector<Violation>& violations) {
  Texts texts;
  for (const Violation& one : violations) texts.push_back(one.reason);
  return joined(texts, ", ");
}

std::string joined(const Texts& texts, std::string_view between) {
  std::string out;
  for (const std::string& text : texts) {
    if (&text != &texts.front()) out += between;
    out += text;
  }
  return out;
}

std::string quoted(const Texts& texts) {
  return texts.empty() ? std::string() : "\"" + joined(texts, "\", \"") + "\"";
}

std::string containers_text(const Texts& names) {
  return (names.size() == 1 ? "container " : "containers ") + quoted(names);
}

std::string setters_text(bool pod, const Texts& containers) {
  if (containers.empty()) return pod ? "pod" : "";
  return (pod ? "pod and " : "") + containers_text(containers);
}

Texts as_set(Texts texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

}  // namespace inferlab::sim::admission
