#include "sim/controllers/object_index.h"

namespace inferlab::sim {
namespace {

bool has_controller(const Value& owners) {
  for (const Value& owner : owners.items()) {
    if (owner["controller"].as_bool()) return true;
  }
  return false;
}

bool same_place(const StoredObject& a, const StoredObject& b) {
  const Value& x = a.document;
  const Value& y = b.document;
  return x["metadata"]["ownerReferences"] == y["metadata"]["ownerReferences"] &&
         x["metadata"]["uid"] == y["metadata"]["uid"] &&
         x["spec"]["nodeName"] == y["spec"]["nodeName"];
}

}  // namespace

void ObjectIndex::update(const Change& change) {
  if (change.object->key.resource == "events") return;
  const bool gone = change.type == ChangeType::kDeleted;
  if (!gone && change.previous != nullptr && same_place(*change.previous, *change.object)) return;
  if (change.previous != nullptr) forget(*change.previous);
  if (!gone) learn(*change.object);
}

const ObjectIndex::Keys& ObjectIndex::dependents(std::string_view uid) const {
  return in(dependents_, uid);
}

const ObjectIndex::Keys& ObjectIndex::pods_on(std::string_view node) const {
  return in(pods_on_, node);
}

const ObjectIndex::Keys& ObjectIndex::orphan_pods(std::string_view ns) const {
  return in(orphan_pods_, ns);
}

const ObjectKey* ObjectIndex::by_uid(std::string_view uid) const {
  const auto found = uids_.find(uid);
  return found == uids_.end() ? nullptr : &found->second;
}

const ObjectIndex::Keys& ObjectIndex::in(const Groups& groups, std::string_view name) {
  static const Keys kNone;
  const auto found = groups.find(name);
  return found == groups.end() ? kNone : found->second;
}

void ObjectIndex::remove(Groups& groups, std::string_view name, const ObjectKey& key) {
  const auto found = groups.find(name);
  if (found == groups.end()) return;
  found->second.erase(key);
  if (found->second.empty()) groups.erase(found);
}

void ObjectIndex::forget(const StoredObject& object) {
  const Value& metadata = object.document["metadata"];
  if (const auto uid = uids_.find(metadata["uid"].as_string()); uid != uids_.end()) {
    uids_.erase(uid);
  }
  for (const Value& owner : metadata["ownerReferences"].items()) {
    remove(dependents_, owner["uid"].as_string(), object.key);
  }
  if (object.key.resource != "pods") return;
  remove(pods_on_, object.document["spec"]["nodeName"].as_string(), object.key);
  remove(orphan_pods_, object.key.ns, object.key);
}

void ObjectIndex::learn(const StoredObject& object) {
  const Value& metadata = object.document["metadata"];
  uids_.insert_or_assign(metadata["uid"].str(), object.key);
  for (const Value& owner : metadata["ownerReferences"].items()) {
    dependents_[owner["uid"].str()].insert(object.key);
  }
  if (object.key.resource != "pods") return;
  const Value& node = object.document["spec"]["nodeName"];
  if (!node.empty()) pods_on_[node.str()].insert(object.key);
  if (!has_controller(metadata["ownerReferences"])) orphan_pods_[object.key.ns].insert(object.key);
}

}  // namespace inferlab::sim
