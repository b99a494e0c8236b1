#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim::admission {

// The Pod Security Standards: what each level asks of a Pod, version by version.
// Source: Kubernetes documentation, "Pod Security Standards"; the names, reasons and details are
// those of Kubernetes 1.32, pod-security-admission/policy.

enum class SecurityLevel : std::uint8_t { kPrivileged, kBaseline, kRestricted };

/// A level as of a minor version of Kubernetes 1.
struct SecurityPolicy {
  static constexpr int kLatest = 1'000'000;
  SecurityLevel level = SecurityLevel::kPrivileged;
  int minor = kLatest;
  /// "restricted:latest", "baseline:v1.24".
  [[nodiscard]] std::string str() const;
  friend bool operator==(const SecurityPolicy&, const SecurityPolicy&) = default;
};

/// What a check has against a Pod.
struct Violation {
  std::string reason;  // "hostPort"
  std::string detail;  // `container "x" uses hostPort 80`
};

/// A Pod as the checks see it: metadata and spec, of a Pod or of a template.
struct CheckedPod {
  const Value& metadata;
  const Value& spec;
  /// Init containers, containers, ephemeral containers.
  std::vector<const Value*> containers;
  [[nodiscard]] bool is_windows() const;
};
CheckedPod checked_pod(const Value& pod);

struct SecurityCheck {
  std::string_view id;
  int since;  // the minor version from which it is made
  std::optional<Violation> (*check)(const CheckedPod& pod, int minor);
  /// A check of level baseline that this one of level restricted takes the place of.
  std::string_view replaces = {};
};
/// In the order in which they are reported.
std::span<const SecurityCheck> baseline_checks();
std::span<const SecurityCheck> restricted_checks();

std::vector<Violation> violations_of(const Value& pod, const SecurityPolicy& policy);
/// "hostPort (container "x" uses hostPort 80), privileged (…)".
std::string details_of(const std::vector<Violation>& violations);
/// "hostPort, privileged".
std::string reasons_of(const std::vector<Violation>& violations);

// What the checks are written with.
using Texts = std::vector<std::string>;
/// `"a", "b"`.
std::string quoted(const Texts& texts);
/// `container "a"`, `containers "a", "b"`.
std::string containers_text(const Texts& names);
/// `pod and containers "a", "b"`.
std::string setters_text(bool pod, const Texts& containers);
/// Sorted, each once.
Texts as_set(Texts texts);
std::string joined(const Texts& texts, std::string_view between);

}  // namespace inferlab::sim::admission
