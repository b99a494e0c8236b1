#include "sim/controllers/disruption_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "sim/api/views.h"

namespace inferlab::sim {
namespace {

struct Scale {
  std::string uid;
  std::int64_t replicas = 0;
};

Scale scale_of(const StoredObject& object) {
  const Value& document = object.document;
  return {document["metadata"]["uid"].str(), document["spec"]["replicas"].as_int(1)};
}

ObjectPtr owner_object(Api& api, const Kind& kind, const std::string& ns,
                       const OwnerReference& owner) {
  ObjectPtr found = api.store().get({kind.resource(), ns, owner.name});
  const bool same = found != nullptr && found->document["metadata"]["uid"].as_string() == owner.uid;
  return same ? found : nullptr;
}

// The scale of what controls a Pod: of its Deployment, as long as there is one, rather than
// of one ReplicaSet of several.
// nullopt: not found.
Result<std::optional<Scale>> find_scale(Api& api, const std::string& ns,
                                        const OwnerReference& owner) {
  const Kind* kind = api.kinds().by_gvk(owner.api_version, owner.kind);
  if (kind == nullptr) {
    return Error{ErrorKind::kInvalid, fmt::format("no matches for kind \"{}\" in version \"{}\"",
                                                  owner.kind, owner.api_version)};
  }
  const ObjectPtr object = owner_object(api, *kind, ns, owner);
  if (owner.kind == "ReplicaSet" && object != nullptr) {
    const OwnerReference* above = object->view<ReplicaSetView>().meta.controller();
    if (above != nullptr && above->kind == "Deployment") {
      const Kind* deployments = api.kinds().by_gvk(above->api_version, above->kind);
      const bool known = deployments != nullptr && deployments->group == "apps";
      const ObjectPtr deployment = known ? owner_object(api, *deployments, ns, *above) : nullptr;
      if (deployment != nullptr) return std::optional(scale_of(*deployment));
    }
  }
  const auto& subresources = kind->subresources;
  if (std::find(subresources.begin(), subresources.end(), "scale") == subresources.end()) {
    return Error{ErrorKind::kInvalid,
                 kind->resource() + " does not implement the scale subresource"};
  }
  if (object == nullptr) return std::optional<Scale>();
  return std::optional(scale_of(*object));
}

}  // namespace

Result<WantedPods> wanted_pods(Api& api, std::span<const ObjectPtr> pods) {
  WantedPods out;
  std::map<std::string, std::int64_t> scales;  // by uid
  for (const ObjectPtr& pod : pods) {
    const OwnerReference* owner = pod->view<PodView>().meta.controller();
    if (owner == nullptr) {
      out.unmanaged.push_back(pod->key.name);
      continue;
    }
    if (scales.contains(owner->uid)) continue;
    INFERLAB_TRY(const std::optional<Scale> scale, find_scale(api, pod->key.ns, *owner));
    if (!scale) {
      return Error{ErrorKind::kNotFound,
                   fmt::format("found no controllers for pod \"{}\"", pod->key.name)};
    }
    scales[scale->uid] = scale->replicas;
  }
  for (const auto& [uid, replicas] : scales) out.count += replicas;
  return out;
}

Result<std::int64_t> scaled_up(const Value& value, std::int64_t total) {
  if (value.is_int()) return value.as_int();
  const std::string_view text = value.as_string();
  std::int64_t percent = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (read.ec != std::errc() || std::string_view(read.ptr, text.data() + text.size()) != "%") {
    return Error{ErrorKind::kInvalid,
                 fmt::format("invalid value for IntOrString: invalid value \"{}\"", text)};
  }
  return (percent * total + 99) / 100;
}

}  // namespace inferlab::sim
