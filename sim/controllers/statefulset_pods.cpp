#include "sim/controllers/statefulset_pods.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "sim/controllers/controller.h"
#include "sim/controllers/controller_history.h"

namespace inferlab::sim {
namespace {

const Value& claim_templates_of(const StoredObject& set) {
  return set.document["spec"]["volumeClaimTemplates"];
}

Value with_claim_volumes(const StoredObject& set, const Value& pod, std::int64_t ordinal) {
  const Value& templates = claim_templates_of(set);
  if (templates.empty()) return pod;
  Value::Array volumes;
  for (const Value& one : templates.items()) {
    const Value source = Value::object({{"claimName", stateful_claim_name(set, one, ordinal)}});
    volumes.push_back(
        Value::object({{"name", one["metadata"]["name"]}, {"persistentVolumeClaim", source}}));
  }
  const std::size_t claims = volumes.size();
  // A volume of the template gives way to a claim of the same name.
  for (const Value& volume : pod["spec"]["volumes"].items()) {
    const bool hidden =
        std::any_of(volumes.begin(), volumes.begin() + static_cast<std::ptrdiff_t>(claims),
                    [&volume](const Value& claim) { return claim["name"] == volume["name"]; });
    if (!hidden) volumes.push_back(volume);
  }
  return pod.with_path({"spec", "volumes"}, Value::array(std::move(volumes)));
}

Value with_labels(const Value& pod, const std::string& name, std::int64_t ordinal) {
  const Value labels = pod["metadata"]["labels"]
                           .with(kPodNameLabel, name)
                           .with(kPodIndexLabel, std::to_string(ordinal));
  return pod.with_path({"metadata", "labels"}, labels);
}

}  // namespace

std::optional<std::int64_t> ordinal_of(std::string_view set, std::string_view pod) {
  if (pod.size() < set.size() + 2 || !pod.starts_with(set) || pod[set.size()] != '-') {
    return std::nullopt;
  }
  const std::string_view digits = pod.substr(set.size() + 1);
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::int64_t ordinal = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole || ordinal < 0 || ordinal > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  return ordinal;
}

std::string stateful_pod_name(const StoredObject& set, std::int64_t ordinal) {
  return fmt::format("{}-{}", set.key.name, ordinal);
}

std::string stateful_claim_name(const StoredObject& set, const Value& claim_template,
                                std::int64_t ordinal) {
  return fmt::format("{}-{}-{}", claim_template["metadata"]["name"].as_string(), set.key.name,
                     ordinal);
}

Value stateful_pod(const StoredObject& set, const Value& pod_template, std::string_view revision,
                   std::int64_t ordinal) {
  const std::string name = stateful_pod_name(set, ordinal);
  Value metadata =
      Value::object({{"name", name},
                     {"generateName", set.key.name + "-"},
                     {"namespace", set.key.ns},
                     {"labels", pod_template["metadata"]["labels"].with(kRevisionLabel, revision)},
                     {"ownerReferences", Value::array({controller_reference(set)})}});
  for (const char* field : {"annotations", "finalizers"}) {
    const Value& from = pod_template["metadata"][field];
    if (!from.empty()) metadata = metadata.with(field, from);
  }
  const Value spec = pod_template["spec"]
                         .with("hostname", name)
                         .with("subdomain", set.document["spec"]["serviceName"]);
  const Value pod = Value::object(
      {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", spec}});
  return with_claim_volumes(set, with_labels(pod, name, ordinal), ordinal);
}

Value stateful_claim(const StoredObject& set, const Value& claim_template, std::int64_t ordinal) {
  Value metadata = claim_template["metadata"]
                       .with("name", stateful_claim_name(set, claim_template, ordinal))
                       .with("namespace", set.key.ns);
  Value labels = metadata["labels"];
  for (const auto& [key, value] : set.document["spec"]["selector"]["matchLabels"].members()) {
    labels = labels.with(key, value);
  }
  if (!labels.empty()) metadata = metadata.with("labels", labels);
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "PersistentVolumeClaim"},
                        {"metadata", metadata},
                        {"spec", claim_template["spec"]}});
}

bool mounts_its_claims(const StoredObject& set, const Value& pod, std::int64_t ordinal) {
  const auto& templates = claim_templates_of(set).items();
  const auto& volumes = pod["spec"]["volumes"].items();
  return std::all_of(templates.begin(), templates.end(), [&](const Value& one) {
    const std::string claim = stateful_claim_name(set, one, ordinal);
    return std::any_of(volumes.begin(), volumes.end(), [&](const Value& volume) {
      return volume["name"] == one["metadata"]["name"] &&
             volume["persistentVolumeClaim"]["claimName"].as_string() == claim;
    });
  });
}

Value with_identity(const StoredObject& set, const Value& pod, std::int64_t ordinal) {
  const std::string name = stateful_pod_name(set, ordinal);
  Value out = pod;
  if (out["metadata"]["labels"][kPodNameLabel].as_string() != name) {
    out = with_labels(out, name, ordinal);
  }
  if (!mounts_its_claims(set, out, ordinal)) out = with_claim_volumes(set, out, ordinal);
  return out;
}

}  // namespace inferlab::sim
