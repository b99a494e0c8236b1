#include "labs/lint/api_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "labs/lint/checks/checks.h"
#include "labs/lint/value_path.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A cause of a 422 that has a check of its own: by the server's words and where they are about.
// The first that fits counts.
struct Rule {
  const Check* check;
  std::string_view message;  // a part of it
  std::string_view field;    // a part of it; empty: any
};
const Rule kRules[] = {
    {&kApiGpuRequestWithoutLimit, "Limit must be set for non overcommitable resources", ""},
    {&kApiGpuNotInteger, "must be an integer", ".resources."},
    {&kApiRequestExceedsLimit, "must be less than or equal to", ".resources.requests"},
    {&kApiGpuRequestNeLimit, "must be equal to", ".resources.requests"},
    {&kApiSelectorMismatch, "`selector` does not match template `labels`", ""},
    {&kApiProbeHandlers, "handler type", "Probe"},
    {&kApiProbeSuccessThreshold, "must be 1", "Probe.successThreshold"},
    {&kApiVolumeMountUnknown, "Not found", ".volumeMounts["},
    {&kApiPdbBoth, "minAvailable and maxUnavailable cannot be both set", ""},
    {&kApiHpaMinGtMax, "must be greater than or equal to `minReplicas`", ""},
    {&kApiInvalidQuantity, "quantities must match the regular expression", ""},
    {&kApiInvalidQuantity, "unable to parse quantity's suffix", ""},
    {&kApiTypeError, "must be of type", ""},
    {&kApiMissingRequired, "Required value", ""},
    {&kApiMissingRequired, "backend is required", ""},
    {&kApiLabelInvalid, "a valid label must be", ""},
    {&kApiLabelInvalid, "invalid label selector", ""},
    // The defect has a check of its own, whatever else the server holds against it.
    {&kPrivileged, "and `privileged` to true", ""},
};

bool is_label_field(std::string_view field) {
  return field.ends_with(".labels") || field.ends_with("matchLabels") || has(field, ".labels[") ||
         has(field, "matchLabels[");
}

const Check* check_for(const Value& cause) {
  const std::string_view message = cause["message"].as_string(), field = cause["field"].as_string();
  for (const Rule& rule : kRules) {
    if (has(message, rule.message) && has(field, rule.field)) return rule.check;
  }
  if (is_label_field(field)) return &kApiLabelInvalid;
  return &kApiInvalid;
}

// What the server says again of a mistake that it has told already: a selector that is not there
// matches no labels either, a volume that is refused is none that could be mounted.
bool is_echo(const Refusal& refusal, const std::vector<Refusal>& all, const Value& written) {
  const auto tells = [&](const Check* check, std::string_view part) {
    return std::any_of(all.begin(), all.end(), [&](const Refusal& other) {
      return (check == nullptr || other.check == check) && has(other.path, part);
    });
  };
  if (refusal.check == &kApiSelectorMismatch) {
    return tells(&kApiMissingRequired, "spec.selector") || written["spec"]["template"].is_null();
  }
  if (refusal.check == &kApiVolumeMountUnknown) return tells(nullptr, ".volumes[");
  if (refusal.check == &kApiHpaMinGtMax) return written["spec"]["maxReplicas"].is_null();
  // Of a custom resource: its CEL rules wait for the rest.
  return has(refusal.message, "some validation rules were not checked") && all.size() > 1;
}

// `unknown field "a.b", duplicate field "c"` after "strict decoding error: ".
std::vector<Refusal> strict_refusals(std::string_view message) {
  std::vector<Refusal> out;
  for (const auto& [word, check] : {std::pair{"unknown field \"", &kApiUnknownField},
                                    std::pair{"duplicate field \"", &kApiDuplicateKey}}) {
    const std::string_view start(word);
    for (std::size_t at = message.find(start); at != std::string_view::npos;
         at = message.find(start, at + 1)) {
      const std::size_t from = at + start.size();
      const std::size_t end = message.find('"', from);
      if (end == std::string_view::npos) break;
      const std::string path(message.substr(from, end - from));
      out.push_back({check, path, fmt::format("{}{}\"", start, path)});
    }
  }
  return out;
}

// A resource's key stands in brackets in a cause's field and after a dot in places: "[cpu]". Of the
// labels of a template the server leaves their metadata out.
std::string path_of_field(std::string_view field) {
  if (field.ends_with("template.labels")) {
    return path_of_field(field.substr(0, field.size() - 6)) + "metadata.labels";
  }
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '[') {
      out += field[i];
      continue;
    }
    const std::size_t end = std::min(field.find(']', i), field.size());
    const std::string_view inner = field.substr(i + 1, end - i - 1);
    const bool is_index = !inner.empty() && std::all_of(inner.begin(), inner.end(), [](char c) {
      return c >= '0' && c <= '9';
    });
    out += is_index ? fmt::format("[{}]", inner) : fmt::format(".{}", inner);
    i = end;
  }
  return out;
}

constexpr RemovedVersion kRemoved[] = {
    {"extensions/v1beta1", "Deployment", "1.15", "apps/v1"},
    {"extensions/v1beta1", "DaemonSet", "1.15", "apps/v1"},
    {"extensions/v1beta1", "ReplicaSet", "1.15", "apps/v1"},
    {"extensions/v1beta1", "NetworkPolicy", "1.15", "networking.k8s.io/v1"},
    {"extensions/v1beta1", "PodSecurityPolicy", "1.15", ""},
    {"apps/v1beta1", "Deployment", "1.15", "apps/v1"},
    {"apps/v1beta1", "StatefulSet", "1.15", "apps/v1"},
    {"apps/v1beta1", "ReplicaSet", "1.15", "apps/v1"},
    {"apps/v1beta2", "Deployment", "1.15", "apps/v1"},
    {"apps/v1beta2", "StatefulSet", "1.15", "apps/v1"},
    {"apps/v1beta2", "DaemonSet", "1.15", "apps/v1"},
    {"apps/v1beta2", "ReplicaSet", "1.15", "apps/v1"},
    {"extensions/v1beta1", "Ingress", "1.21", "networking.k8s.io/v1"},
    {"networking.k8s.io/v1beta1", "Ingress", "1.21", "networking.k8s.io/v1"},
    {"networking.k8s.io/v1beta1", "IngressClass", "1.21", "networking.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "Role", "1.21", "rbac.authorization.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "RoleBinding", "1.21", "rbac.authorization.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "ClusterRole", "1.21", "rbac.authorization.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", "1.21",
     "rbac.authorization.k8s.io/v1"},
    {"apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "1.21", "apiextensions.k8s.io/v1"},
    {"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", "1.21",
     "admissionregistration.k8s.io/v1"},
    {"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", "1.21",
     "admissionregistration.k8s.io/v1"},
    {"scheduling.k8s.io/v1beta1", "PriorityClass", "1.21", "scheduling.k8s.io/v1"},
    {"coordination.k8s.io/v1beta1", "Lease", "1.21", "coordination.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "StorageClass", "1.21", "storage.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "CSIDriver", "1.21", "storage.k8s.io/v1"},
    {"batch/v1beta1", "CronJob", "1.24", "batch/v1"},
    {"discovery.k8s.io/v1beta1", "EndpointSlice", "1.24", "discovery.k8s.io/v1"},
    {"autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.24", "autoscaling/v2"},
    {"policy/v1beta1", "PodDisruptionBudget", "1.24", "policy/v1"},
    {"policy/v1beta1", "PodSecurityPolicy", "1.24", ""},
    {"node.k8s.io/v1beta1", "RuntimeClass", "1.24", "node.k8s.io/v1"},
    {"autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.25", "autoscaling/v2"},
    {"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", "1.25",
     "flowcontrol.apiserver.k8s.io/v1"},
    {"flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", "1.28",
     "flowcontrol.apiserver.k8s.io/v1"},
    {"flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", "1.31",
     "flowcontrol.apiserver.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.26", "storage.k8s.io/v1"},
};

}  // namespace

std::vector<Refusal> refusals_of(const sim::ApiResponse& response, const Value& written) {
  const std::string message(response.message());
  std::vector<Refusal> out;
  if (has(message, "strict decoding error")) out = strict_refusals(message);
  if (out.empty()) {
    const Value& causes = response.body["details"]["causes"];
    for (const Value& cause : causes.items()) {
      const std::string field(cause["field"].as_string());
      const Check* check = check_for(cause);
      const std::string path = path_of_field(field);
      // A zero that stands for nothing written: "maxReplicas: Invalid value: 0".
      if (check == &kApiInvalid && has(cause["message"].as_string(), "Invalid value: 0") &&
          value_at(written, path).is_null()) {
        check = &kApiMissingRequired;
      }
      out.push_back({check, path, fmt::format("{}: {}", field, cause["message"].as_string())});
    }
    std::vector<Refusal> kept;
    for (const Refusal& refusal : out) {
      if (!is_echo(refusal, out, written)) kept.push_back(refusal);
    }
    out = std::move(kept);
  }
  if (!out.empty()) return out;
  const bool is_quantity = has(message, "quantities must match") || has(message, "parse quantity");
  const bool is_type = has(message, "cannot unmarshal") || has(message, "unrecognized type");
  const Check* check = is_quantity ? &kApiInvalidQuantity : is_type ? &kApiTypeError : &kApiInvalid;
  return {{check, path_of_field(response.field), message}};
}

const RemovedVersion* removed_version(std::string_view api_version, std::string_view kind) {
  for (const RemovedVersion& row : kRemoved) {
    if (row.api_version == api_version && row.kind == kind) return &row;
  }
  return nullptr;
}

bool is_kubernetes_group(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return true;  // the core group
  const std::string_view group = api_version.substr(0, slash);
  constexpr std::string_view kOthers[] = {
      "gateway.networking.k8s.io", "inference.networking.k8s.io", "inference.networking.x-k8s.io",
      "snapshot.storage.k8s.io", "metrics.k8s.io"};
  if (std::find(std::begin(kOthers), std::end(kOthers), group) != std::end(kOthers)) return false;
  if (!has(group, ".")) return true;
  constexpr std::string_view kOwn[] = {"admissionregistration.k8s.io",
                                       "apiextensions.k8s.io",
                                       "apiregistration.k8s.io",
                                       "authentication.k8s.io",
                                       "authorization.k8s.io",
                                       "certificates.k8s.io",
                                       "coordination.k8s.io",
                                       "discovery.k8s.io",
                                       "events.k8s.io",
                                       "flowcontrol.apiserver.k8s.io",
                                       "networking.k8s.io",
                                       "node.k8s.io",
                                       "rbac.authorization.k8s.io",
                                       "scheduling.k8s.io",
                                       "storage.k8s.io",
                                       "resource.k8s.io",
                                       "storagemigration.k8s.io",
                                       "internal.apiserver.k8s.io"};
  return std::find(std::begin(kOwn), std::end(kOwn), group) != std::end(kOwn);
}

bool is_only_of_kubernetes(std::string_view api_version, std::string_view kind) {
  constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
      {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
      {"apiregistration.k8s.io", "APIService"},
      {"authentication.k8s.io", "TokenReview"},
      {"authorization.k8s.io", "SubjectAccessReview"},
      {"certificates.k8s.io", "CertificateSigningRequest"},
      {"flowcontrol.apiserver.k8s.io", "FlowSchema"},
      {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
      {"networking.k8s.io", "IPAddress"},
      {"networking.k8s.io", "ServiceCIDR"},
      {"resource.k8s.io", "DeviceClass"},
      {"resource.k8s.io", "ResourceClaim"},
      {"resource.k8s.io", "ResourceClaimTemplate"},
      {"resource.k8s.io", "ResourceSlice"},
      {"storage.k8s.io", "CSIDriver"},
      {"storage.k8s.io", "CSIStorageCapacity"},
      {"storage.k8s.io", "VolumeAttributesClass"},
  };
  const std::pair wanted{api_version.substr(0, api_version.find('/')), kind};
  return std::find(std::begin(kKinds), std::end(kKinds), wanted) != std::end(kKinds);
}

int compare_releases(std::string_view a, std::string_view b) {
  const auto numbers = [](std::string_view text) {
    if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
    std::pair<int, int> out{1'000'000, 0};
    const char* end = text.data() + text.size();
    const auto [dot, error] = std::from_chars(text.data(), end, out.first);
    if (error != std::errc{} || dot == end || *dot != '.') return std::pair{1'000'000, 0};
    std::from_chars(dot + 1, end, out.second);
    return out;
  };
  const auto left = numbers(a), right = numbers(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

}  // namespace inferlab::labs::lint
