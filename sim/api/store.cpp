#include "sim/api/store.h"

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {

const Store::Table* Store::table(std::string_view resource) const {
  const auto it = tables_.find(resource);
  return it == tables_.end() ? nullptr : &it->second;
}

ObjectPtr Store::get(const ObjectKey& key) const {
  const Table* found = table(key.resource);
  if (found == nullptr) return nullptr;
  const auto it = found->live.find({key.ns, key.name});
  return it == found->live.end() ? nullptr : it->second;
}

ObjectPtr Store::version_at(const History& history, std::uint64_t revision) {
  const auto after = std::upper_bound(history.versions.begin(), history.versions.end(), revision,
                                      [](std::uint64_t r, const History::Version& version) {
                                        return r < version.object->revision;
                                      });
  if (after == history.versions.begin()) return nullptr;
  const History::Version& version = *std::prev(after);
  return version.deleted ? nullptr : version.object;
}

ObjectPtr Store::get_at(const ObjectKey& key, std::uint64_t revision) const {
  const Table* found = table(key.resource);
  if (found == nullptr) return nullptr;
  const auto it = found->objects.find({key.ns, key.name});
  return it == found->objects.end() ? nullptr : version_at(it->second, revision);
}

std::vector<ObjectPtr> Store::list(std::string_view resource, std::string_view ns) const {
  std::vector<ObjectPtr> out;
  const Table* found = table(resource);
  if (found == nullptr) return out;
  auto it = ns.empty() ? found->live.begin() : found->live.lower_bound({std::string(ns), ""});
  for (; it != found->live.end() && (ns.empty() || it->first.first == ns); ++it) {
    out.push_back(it->second);
  }
  return out;
}

std::vector<ObjectPtr> Store::list_at(std::string_view resource, std::string_view ns,
                                      std::uint64_t revision) const {
  std::vector<ObjectPtr> out;
  const Table* found = table(resource);
  if (found == nullptr) return out;
  auto it = ns.empty() ? found->objects.begin() : found->objects.lower_bound({std::string(ns), ""});
  for (; it != found->objects.end() && (ns.empty() || it->first.first == ns); ++it) {
    if (ObjectPtr object = version_at(it->second, revision)) out.push_back(std::move(object));
  }
  return out;
}

ObjectPtr Store::write(ChangeType type, const ObjectKey& key, const Value& document, Time now) {
  ++revision_;
  ObjectPtr object = std::make_shared<const StoredObject>(
      key, document.with_path({"metadata", "resourceVersion"}, std::to_string(revision_)),
      revision_, now);
  Table& into = tables_[key.resource];
  const NamespacedName name(key.ns, key.name);
  ObjectPtr& live = into.live[name];
  Change change{type, object, live};
  into.objects[name].versions.push_back({object, type == ChangeType::kDeleted});
  if (type == ChangeType::kDeleted) {
    into.live.erase(name);
    --size_;
  } else {
    live = object;
    if (type == ChangeType::kAdded) ++size_;
  }
  into.log.push_back(change);
  for (const Listener& listener : listeners_) listener(change);
  return object;
}

ObjectPtr Store::put(const ObjectKey& key, const Value& document, Time now) {
  return write(get(key) == nullptr ? ChangeType::kAdded : ChangeType::kModified, key, document,
               now);
}

ObjectPtr Store::remove(const ObjectKey& key, const Value& last, Time now) {
  INFERLAB_CHECK(get(key) != nullptr);
  return write(ChangeType::kDeleted, key, last, now);
}

std::span<const Change> Store::changes_since(std::string_view resource,
                                             std::uint64_t revision) const {
  const Table* found = table(resource);
  if (found == nullptr) return {};
  const auto first = std::upper_bound(
      found->log.begin(), found->log.end(), revision,
      [](std::uint64_t r, const Change& change) { return r < change.object->revision; });
  return {first, found->log.end()};
}

std::vector<std::string> Store::resources() const {
  std::vector<std::string> out;
  for (const auto& [resource, unused] : tables_) out.push_back(resource);
  return out;
}

}  // namespace inferlab::sim
