#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/kind.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The annotation by which an object is known as an Application's: "APP:GROUP/KIND:NAMESPACE/NAME".
/// Source: Argo CD 3.5 documentation, "Resource Tracking": annotations alone, since 3.0.
inline constexpr std::string_view kTrackingId = "argocd.argoproj.io/tracking-id";

/// Of the object's apiVersion; the core group is "".
std::pair<std::string, std::string> group_version(const Value& object);

std::string tracking_id(std::string_view application, std::string_view group, std::string_view kind,
                        std::string_view ns, std::string_view name);

/// An object as Git wants it, and where it belongs.
struct DesiredObject {
  const Kind* kind = nullptr;  // of the manifest's apiVersion; nullptr: not served
  ObjectKey key;
  Value object;
};
/// A manifest of an Application that writes to namespace `ns`, with its tracking annotation.
DesiredObject desired_object(const KindTable& kinds, const Value& manifest,
                             std::string_view application, std::string_view ns);

/// A stored object in the version of `kind`.
Value live_in(const Kind& kind, const Value& stored);

/// `live` as a sync would leave it, with the annotation of what was applied last.
Value as_applied(const DesiredObject& desired, const Value& live);

/// Where `live` is not as `desired` says: the path of the first such field,
/// ".spec.template.spec.containers[0].image"; empty: nowhere. What a sync would not change is no
/// difference, nor is what the API adds, the status, or what `ignored` (JSON pointers) names.
std::string difference_from(const DesiredObject& desired, const Value& live,
                            std::span<const std::string> ignored);

/// Puts what `from` has at each pointer into `object`; what it has not is taken out.
Value with_pointers_of(Value object, const Value& from, std::span<const std::string> pointers);

}  // namespace inferlab::sim
