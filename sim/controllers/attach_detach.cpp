// The attach-detach controller: has the volumes of Pods attached to the nodes they are on, and
// detached when no Pod needs them there any more, by VolumeAttachments that the driver's attacher
// carries out.
//
// A volume that one node at a time may have stays where it is until the kubelet there has let go of
// it; of a node that is not Ready that is assumed after six minutes.
// Source: kube-controller-manager 1.32, pkg/controller/volume/attachdetach; Kubernetes
// documentation, "Persistent Volumes", "Access Modes".
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/api/conditions.h"
#include "sim/api/csi_volume.h"
#include "sim/controllers/attachment.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/node_health.h"
#include "sim/controllers/volume_match.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kAttachments = "volumeattachments.storage.k8s.io";
constexpr std::string_view kWatches[] = {"pods", "persistentvolumeclaims", kAttachments, "nodes"};

constexpr Duration kMaxWaitForUnmount = 6min;
constexpr Duration kAttachTimeout = 2min;  // of an attacher that does not answer

bool is_attached(const StoredObject& attachment) {
  return attachment.document["status"]["attached"].as_bool();
}

bool lists_volume(const Value& list, std::string_view name) {
  const auto& items = list.items();
  return std::any_of(items.begin(), items.end(), [&](const Value& item) {
    return (item.is_string() ? item : item["name"]).as_string() == name;
  });
}

class AttachDetach final : public Controller {
 public:
  explicit AttachDetach(const ControllerContext& context)
      : Controller(context, "controller/attach-detach", "attachdetach-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    const Value& document = change.object->document;
    const bool gone = change.type == ChangeType::kDeleted;
    if (key.resource == "pods") {
      observe_pod(*change.object, gone);
    } else if (key.resource == "nodes") {
      observe_node(change);
    } else if (key.resource == kAttachments) {
      const std::string volume = document["spec"]["source"]["persistentVolumeName"].str();
      if (gone) {
        attachments_[volume].erase(key);
        requested_.erase(key.name);
        told_.erase(key.name);
      } else {
        attachments_[volume][key] = document["spec"]["nodeName"].str();
      }
      queue().add(volume_key(volume));
    } else if (users_.contains(key) && !document["spec"]["volumeName"].empty()) {
      queue().add(volume_key(document["spec"]["volumeName"].str()));
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr volume = store().get(key);
    const std::string name = volume == nullptr ? "" : attached_name(volume->document);
    const Wanted wanted = volume == nullptr ? Wanted() : wanted_of(*volume);
    std::set<std::string> nodes;  // that have it, or are about to
    const std::map<ObjectKey, std::string> present = attachments_[key.name];
    for (const auto& [one, node] : present) {
      const ObjectPtr attachment = store().get(one);
      if (attachment == nullptr) continue;
      nodes.insert(node);
      if (wanted.contains(node)) {
        INFERLAB_TRY_VOID(follow(*attachment, *volume, node, wanted.at(node)));
      } else {
        INFERLAB_TRY_VOID(detach(*attachment, key, name, node));
      }
    }
    for (auto known = on_nodes_[key.name].begin(); known != on_nodes_[key.name].end();) {
      if (nodes.contains(known->first)) {
        ++known;
        continue;
      }
      INFERLAB_TRY_VOID(list_on_node(known->first, known->second, false));
      known = on_nodes_[key.name].erase(known);
    }
    if (wanted.empty()) refused_.erase(key.name);
    for (const auto& [node, pods] : in_order(wanted)) {
      if (nodes.contains(node)) continue;
      if (!nodes.empty() && !allows_many_nodes(volume->view<PersistentVolumeView>())) {
        refuse(*volume, node, pods, wanted);
        continue;
      }
      INFERLAB_TRY_VOID(attach(*volume, node));
      nodes.insert(node);
    }
    return {};
  }

 private:
  using Pods = std::vector<ObjectPtr>;
  using Wanted = std::map<std::string, Pods>;  // by node

  static ObjectKey volume_key(std::string name) {
    return {"persistentvolumes", "", std::move(name)};
  }

  void observe_pod(const StoredObject& pod, bool gone) {
    const Value& document = pod.document;
    if (document["spec"]["nodeName"].empty()) return;
    const std::string_view phase = document["status"]["phase"].as_string();
    const bool uses = !gone && phase != "Succeeded" && phase != "Failed";
    for (const Value& volume : document["spec"]["volumes"].items()) {
      const std::string name = claim_of_volume(document, volume);
      if (name.empty()) continue;
      const ObjectKey claim{"persistentvolumeclaims", pod.key.ns, name};
      std::set<ObjectKey>& pods = users_[claim];
      const bool changed = uses ? pods.insert(pod.key).second : pods.erase(pod.key) > 0;
      if (pods.empty()) users_.erase(claim);
      if (!changed) continue;
      const ObjectPtr found = store().get(claim);
      const Value none;
      const Value& bound = found == nullptr ? none : found->document["spec"]["volumeName"];
      if (!bound.empty()) queue().add(volume_key(bound.str()));
    }
  }

  // What the kubelet holds, and whether it can be believed.
  void observe_node(const Change& change) {
    const auto matters = [](const StoredObject& node) {
      return std::pair(node.document["status"]["volumesInUse"], health_of(node));
    };
    if (change.type == ChangeType::kModified &&
        matters(*change.previous) == matters(*change.object)) {
      return;
    }
    for (const auto& [volume, attachments] : attachments_) {
      for (const auto& [attachment, node] : attachments) {
        if (node == change.object->key.name) queue().add(volume_key(volume));
      }
    }
  }

  Wanted wanted_of(const StoredObject& volume) const {
    Wanted out;
    if (attached_name(volume.document).empty()) return out;
    const auto& view = volume.view<PersistentVolumeView>();
    const auto users =
        users_.find({"persistentvolumeclaims", view.claim_namespace, view.claim_name});
    if (users == users_.end()) return out;
    const ObjectPtr claim = store().get(users->first);
    if (claim == nullptr || claim->document["spec"]["volumeName"].as_string() != volume.key.name) {
      return out;
    }
    for (const ObjectKey& key : users->second) {
      const ObjectPtr pod = store().get(key);
      if (pod == nullptr) continue;
      const std::string node = pod->document["spec"]["nodeName"].str();
      const ObjectPtr object = store().get({"nodes", "", node});
      const bool managed =
          object != nullptr &&
          object->document["metadata"]["annotations"][kManagedAttach].as_string() == "true";
      if (managed) out[node].push_back(pod);
    }
    return out;
  }

  // Who came first is served first.
  static std::vector<std::pair<std::string, Pods>> in_order(const Wanted& wanted) {
    std::vector<std::pair<std::string, Pods>> out(wanted.begin(), wanted.end());
    const auto oldest = [](const Pods& pods) {
      std::string_view first = "~";
      for (const ObjectPtr& pod : pods) {
        first = std::min(first, pod->document["metadata"]["creationTimestamp"].as_string());
      }
      return first;
    };
    std::stable_sort(out.begin(), out.end(), [&oldest](const auto& a, const auto& b) {
      return oldest(a.second) < oldest(b.second);
    });
    return out;
  }

  Result<void> attach(const StoredObject& volume, const std::string& node) {
    const Value& csi = volume.document["spec"]["csi"];
    const std::string driver = csi["driver"].str();
    const std::string name = attachment_name(csi["volumeHandle"].as_string(), driver, node);
    refused_[volume.key.name].erase(node);
    const Value body = Value::object(
        {{"apiVersion", "storage.k8s.io/v1"},
         {"kind", "VolumeAttachment"},
         {"metadata", Value::object({{"name", Value(name)}})},
         {"spec", Value::object({{"attacher", Value(driver)},
                                 {"nodeName", Value(node)},
                                 {"source", Value::object({{"persistentVolumeName",
                                                            Value(volume.key.name)}})}})}});
    return check(api().create(kAttachments, "", body, user()), volume.key.name);
  }

  /// An attachment that is wanted: it may have come about, or be late.
  Result<void> follow(const StoredObject& attachment, const StoredObject& volume,
                      const std::string& node, const Pods& pods) {
    requested_.erase(attachment.key.name);
    const std::string name = attached_name(volume.document);
    if (is_attached(attachment)) {
      const bool listed = on_nodes_[volume.key.name].contains(node);
      on_nodes_[volume.key.name][node] = name;
      INFERLAB_TRY_VOID(list_on_node(node, name, true));
      if (listed) return {};
      for (const ObjectPtr& pod : pods) {
        events().normal(
            *pod, "SuccessfulAttachVolume",
            fmt::format("AttachVolume.Attach succeeded for volume \"{}\" ", volume.key.name));
      }
      return {};
    }
    const Time since =
        parse_rfc3339(attachment.document["metadata"]["creationTimestamp"].as_string())
            .value_or(now());
    if (now() < since + kAttachTimeout) {
      queue().add_after(volume.key, since + kAttachTimeout - now());
      return {};
    }
    if (!told_.insert(attachment.key.name).second) return {};
    const Value& csi = volume.document["spec"]["csi"];
    for (const ObjectPtr& pod : pods) {
      events().warning(
          *pod, "FailedAttachVolume",
          fmt::format("AttachVolume.Attach failed for volume \"{}\" : timed out waiting for "
                      "external-attacher of {} CSI driver to attach volume {}",
                      volume.key.name, csi["driver"].as_string(), csi["volumeHandle"].as_string()));
    }
    return {};
  }

  /// An attachment that nobody wants: gone as soon as the kubelet has let go of the volume.
  Result<void> detach(const StoredObject& attachment, const ObjectKey& volume,
                      const std::string& name, const std::string& node) {
    if (attachment.document["metadata"].has("deletionTimestamp")) return {};
    const ObjectPtr object = store().get({"nodes", "", node});
    if (object != nullptr && !name.empty() &&
        lists_volume(object->document["status"]["volumesInUse"], name)) {
      const Time since = requested_.try_emplace(attachment.key.name, now()).first->second;
      const Time forced = since + kMaxWaitForUnmount;
      if (now() < forced) {
        queue().add_after(volume, forced - now());
        return {};
      }
      if (health_of(*object) == NodeHealth::kReady) return {};  // its kubelet will say so
    }
    return check(api().remove(attachment.key, user()), attachment.key.name);
  }

  Result<void> list_on_node(const std::string& node, const std::string& name, bool listed) {
    const ObjectPtr object = store().get({"nodes", "", node});
    if (object == nullptr || name.empty()) return {};
    const Value& present = object->document["status"]["volumesAttached"];
    if (lists_volume(present, name) == listed) return {};
    Value::Array items;
    for (const Value& item : present.items()) {
      if (item["name"].as_string() != name) items.push_back(item);
    }
    if (listed) items.push_back(Value::object({{"devicePath", ""}, {"name", Value(name)}}));
    const Value list = items.empty() ? Value() : Value::array(std::move(items));
    return check(
        api().merge_patch(object->key, "status",
                          Value::object({{"status", Value::object({{"volumesAttached", list}})}}),
                          user()),
        node);
  }

  void refuse(const StoredObject& volume, const std::string& node, const Pods& pods,
              const Wanted& wanted) {
    if (!refused_[volume.key.name].insert(node).second) return;  // said so already
    for (const ObjectPtr& pod : pods) {
      std::vector<std::string> names;
      for (const auto& [other_node, others] : wanted) {
        if (other_node == node) continue;
        for (const ObjectPtr& other : others) names.push_back(other->key.name);
      }
      const std::string why =
          names.empty()
              ? std::string(
                    "Volume is already exclusively attached to one node and can't be "
                    "attached to another")
              : fmt::format("Volume is already used by pod(s) {}", fmt::join(names, ", "));
      events().warning(
          *pod, "FailedAttachVolume",
          fmt::format("Multi-Attach error for volume \"{}\" {}", volume.key.name, why));
    }
  }

  std::map<ObjectKey, std::set<ObjectKey>> users_;                       // Pods on nodes, by claim
  std::map<std::string, std::map<ObjectKey, std::string>> attachments_;  // volume, key: node
  std::map<std::string, std::map<std::string, std::string>> on_nodes_;   // volume, node: its name
  std::map<std::string, std::set<std::string>> refused_;                 // nodes told so, by volume
  std::map<std::string, Time> requested_;  // detachments, by attachment
  std::set<std::string> told_;             // attachments that are late
};

}  // namespace

std::unique_ptr<Controller> make_attach_detach_controller(const ControllerContext& context) {
  return std::make_unique<AttachDetach>(context);
}

}  // namespace inferlab::sim
