#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// The lasting identity of a StatefulSet's Pods: a number, and with it a name, a host name and
// claims. Source: Kubernetes documentation, "StatefulSets", "Pod Identity";
// kube-controller-manager 1.32.

inline constexpr std::string_view kPodNameLabel = "statefulset.kubernetes.io/pod-name";
inline constexpr std::string_view kPodIndexLabel = "apps.kubernetes.io/pod-index";

/// 2 of Pod "web-2" in StatefulSet "web"; nullopt when the name is none of this set's.
std::optional<std::int64_t> ordinal_of(std::string_view set, std::string_view pod);

/// "web-2".
std::string stateful_pod_name(const StoredObject& set, std::int64_t ordinal);

/// "data-web-2".
std::string stateful_claim_name(const StoredObject& set, const Value& claim_template,
                                std::int64_t ordinal);

/// The Pod to create, of the version `revision` whose template this is.
Value stateful_pod(const StoredObject& set, const Value& pod_template, std::string_view revision,
                   std::int64_t ordinal);

/// The claim to create: the template with the set's labels.
Value stateful_claim(const StoredObject& set, const Value& claim_template, std::int64_t ordinal);

/// Whether the Pod's volumes are the set's claims for this ordinal.
bool mounts_its_claims(const StoredObject& set, const Value& pod, std::int64_t ordinal);

/// `pod` with the labels of its identity and with its claims as volumes, where it lacks them.
Value with_identity(const StoredObject& set, const Value& pod, std::int64_t ordinal);

}  // namespace inferlab::sim
