#include "sim/controllers/deployment_math.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "engine/base/hash.h"

namespace inferlab::sim {
namespace {

__extension__ using Wide = __int128;  // of products of what somebody wrote

/// Replicas are an int32 in the API; more than that is as much as nothing could be.
std::int64_t capped(Wide replicas) {
  constexpr Wide kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int64_t>(std::clamp(replicas, -kMost, kMost));
}

struct Allowance {
  std::int64_t surge = 0;
  std::int64_t unavailable = 0;
};

Allowance allowance(const DeploymentView& deployment) {
  Allowance out{scaled_value(deployment.max_surge, deployment.replicas, /*round_up=*/true),
                scaled_value(deployment.max_unavailable, deployment.replicas, /*round_up=*/false)};
  // Validation forbids 0 and 0, but a small percentage may round to it, and then nothing could
  // move.
  if (out.surge == 0 && out.unavailable == 0) out.unavailable = 1;
  return out;
}

// By how much this set's share of the Deployment's change differs from what it has.
std::int64_t share(const DeploymentView& deployment, std::int64_t status_replicas,
                   const StoredObject& set) {
  const std::int64_t size = set.view<ReplicaSetView>().replicas;
  if (deployment.replicas == 0) return -size;
  const std::int64_t allowed_now = deployment.replicas + max_surge(deployment);
  std::int64_t allowed_before = annotation_number(set, kMaxReplicas);
  if (allowed_before <= 0) allowed_before = status_replicas;
  if (allowed_before <= 0) return 0;
  // size * now / before, rounded to the nearest, halves up.
  const Wide before = allowed_before;
  return capped((Wide{2} * size * allowed_now + before) / (2 * before) - size);
}

}  // namespace

std::int64_t scaled_value(const Value& value, std::int64_t total, bool round_up) {
  if (value.is_int()) return capped(value.as_int());
  std::string_view text = value.as_string();
  if (text.ends_with('%')) text.remove_suffix(1);
  std::int64_t percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc() || end != text.data() + text.size()) return 0;
  return capped((Wide{percent} * total + (round_up ? 99 : 0)) / 100);
}

std::int64_t max_surge(const DeploymentView& deployment) {
  return deployment.recreate ? 0 : allowance(deployment).surge;
}

std::int64_t max_unavailable(const DeploymentView& deployment) {
  if (deployment.recreate || deployment.replicas == 0) return 0;
  return std::min(allowance(deployment).unavailable, deployment.replicas);
}

std::int64_t total_replicas(std::span<const ObjectPtr> sets) {
  std::int64_t sum = 0;
  for (const ObjectPtr& set : sets) sum += set->view<ReplicaSetView>().replicas;
  return sum;
}

std::int64_t total_available(std::span<const ObjectPtr> sets) {
  std::int64_t sum = 0;
  for (const ObjectPtr& set : sets) sum += set->view<ReplicaSetView>().status_available_replicas;
  return sum;
}

std::int64_t new_set_size(const DeploymentView& deployment, std::int64_t current,
                          std::int64_t total) {
  if (deployment.recreate) return deployment.replicas;
  const std::int64_t room = deployment.replicas + max_surge(deployment) - total;
  if (room <= 0) return current;
  return current + std::min(room, deployment.replicas - current);
}

std::vector<std::int64_t> proportional_sizes(const DeploymentView& deployment,
                                             std::int64_t status_replicas,
                                             std::span<const ObjectPtr> sets) {
  const std::int64_t allowed =
      deployment.replicas > 0 ? deployment.replicas + max_surge(deployment) : 0;
  const std::int64_t to_add = allowed - total_replicas(sets);
  std::vector<std::int64_t> sizes;
  std::int64_t added = 0;
  for (const ObjectPtr& set : sets) {
    std::int64_t size = set->view<ReplicaSetView>().replicas;
    if (to_add != 0 && size != 0 && to_add != added) {
      const std::int64_t own = share(deployment, status_replicas, *set);
      const std::int64_t left = to_add - added;
      const std::int64_t part = to_add > 0 ? std::min(own, left) : std::max(own, left);
      size += part;
      added += part;
    }
    sizes.push_back(size);
  }
  if (to_add != 0 && !sizes.empty()) {
    sizes.front() = std::max<std::int64_t>(0, sizes.front() + to_add - added);
  }
  return sizes;
}

std::int64_t annotation_number(const StoredObject& object, std::string_view name) {
  const std::string_view text = object.document["metadata"]["annotations"][name].as_string();
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

std::int64_t revision_of(const StoredObject& set) {
  return std::max<std::int64_t>(0, annotation_number(set, kRevision));
}

std::string template_hash(const Value& pod_template, std::int64_t collisions) {
  RunHash hash;
  pod_template.add_to(hash);
  if (collisions > 0) hash.add(static_cast<std::uint64_t>(collisions));
  // Kubernetes prints 32 bits as a decimal number and maps each digit so that no word can come out.
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string out = std::to_string(static_cast<std::uint32_t>(hash.digest()));
  for (char& c : out) c = kLetters[static_cast<std::size_t>(c) % kLetters.size()];
  return out;
}

}  // namespace inferlab::sim
