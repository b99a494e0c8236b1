#include "sim/node/volume_contents.h"

#include <fmt/format.h>

#include <vector>

#include "sim/api/csi_volume.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kContents = "volumesnapshotcontents.snapshot.storage.k8s.io";
constexpr std::string_view kSnapshots = "volumesnapshots.snapshot.storage.k8s.io";

}  // namespace

std::string place_of_volume(const StoredObject& volume) {
  const std::string attached = attached_name(volume.document);
  return "volume/" + (attached.empty() ? volume.key.name : attached);
}

std::string place_of_snapshot(const Value& content) {
  return fmt::format("snapshot/{}^{}", content["spec"]["driver"].as_string(),
                     content["status"]["snapshotHandle"].as_string());
}

std::string volume_key(const Store& store, const std::string& ns, const std::string& claim) {
  const ObjectPtr found = store.get({"persistentvolumeclaims", ns, claim});
  const ObjectPtr volume =
      found == nullptr
          ? nullptr
          : store.get({"persistentvolumes", "", found->document["spec"]["volumeName"].str()});
  return volume == nullptr ? fmt::format("claim/{}/{}", ns, claim) : place_of_volume(*volume);
}

void VolumeContents::see(const Change& change) {
  const ObjectKey& key = change.object->key;
  see_deletion(change);
  if (key.resource == kContents && change.type != ChangeType::kDeleted) see_snapshot(change);
  if (key.resource == "persistentvolumes" && change.type == ChangeType::kAdded) {
    see_volume(*change.object);
  }
}

/// The driver has deleted what it holds: a snapshot has no handle any more; a volume goes when it
/// is released and its policy says so. With any other policy, or by hand, the object goes alone.
void VolumeContents::see_deletion(const Change& change) {
  const StoredObject& object = *change.object;
  if (object.key.resource == kContents && change.previous != nullptr) {
    const Value& before = change.previous->document;
    const bool is_gone =
        before["status"].has("snapshotHandle") && !object.document["status"].has("snapshotHandle");
    if (is_gone && change.type != ChangeType::kDeleted) files_.drop(place_of_snapshot(before));
  }
  if (object.key.resource == "persistentvolumes" && change.type == ChangeType::kDeleted) {
    const bool is_released = object.document["status"]["phase"].as_string() == "Released";
    const Value& policy = object.document["spec"]["persistentVolumeReclaimPolicy"];
    if (is_released && policy.as_string() == "Delete") files_.drop(place_of_volume(object));
  }
}

void VolumeContents::see_snapshot(const Change& change) {
  const Value& document = change.object->document;
  const bool is_new =
      document["status"].has("snapshotHandle") &&
      (change.previous == nullptr || !change.previous->document["status"].has("snapshotHandle"));
  if (!is_new || !document["spec"]["source"].has("volumeHandle")) return;
  const std::string volume =
      fmt::format("volume/kubernetes.io/csi/{}^{}", document["spec"]["driver"].as_string(),
                  document["spec"]["source"]["volumeHandle"].as_string());
  copy(volume, place_of_snapshot(document));
}

void VolumeContents::see_volume(const StoredObject& volume) {
  const Value& of = volume.document["spec"]["claimRef"];
  const ObjectPtr claim =
      store_.get({"persistentvolumeclaims", of["namespace"].str(), of["name"].str()});
  if (claim == nullptr) return;
  const Value& source = claim->document["spec"]["dataSource"];
  if (source["kind"].as_string() != "VolumeSnapshot") return;
  const ObjectPtr snapshot =
      store_.get({std::string(kSnapshots), claim->key.ns, source["name"].str()});
  if (snapshot == nullptr) return;
  const ObjectPtr content =
      store_.get({std::string(kContents), "",
                  snapshot->document["status"]["boundVolumeSnapshotContentName"].str()});
  if (content != nullptr) copy(place_of_snapshot(content->document), place_of_volume(volume));
}

void VolumeContents::copy(const std::string& from, const std::string& to) {
  const std::string prefix = from + " ";
  std::vector<std::string> files;
  for (auto at = network_.stored.lower_bound(prefix);
       at != network_.stored.end() && at->starts_with(prefix); ++at) {
    files.push_back(to + " " + at->substr(prefix.size()));
  }
  network_.stored.insert(files.begin(), files.end());
  files_.copy(from, to);
}

}  // namespace inferlab::sim
