#include "sim/api/store.h"

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {

struct Store::History {
  Live* live = nullptr;           // nullptr: the object has been deleted
  std::vector<Version> versions;  // oldest first
  std::unique_ptr<Renewals> renewals;
};

struct Store::Table {
  using Name = std::pair<std::string, std::string>;  // namespace, name
  struct ByName {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      const int order = std::string_view(a.first).compare(std::string_view(b.first));
      return order != 0 ? order < 0 : std::string_view(a.second) < std::string_view(b.second);
    }
  };
  std::map<Name, History, ByName> objects;
  std::map<Name, Live, ByName> live;
  std::vector<Change> log;         // without renewals
  std::vector<History*> renewing;  // that have a line, in the order of their lines
};

namespace {

// To look a name up without a copy of it.
using NameView = std::pair<std::string_view, std::string_view>;

NameView name_of(const ObjectKey& key) {
  return {key.ns, key.name};
}

}  // namespace

Store::Store() = default;
Store::~Store() = default;

const Store::Table* Store::table(std::string_view resource) const {
  const auto it = tables_.find(resource);
  return it == tables_.end() ? nullptr : it->second.get();
}

ObjectPtr Store::renewed_by(const Version& version, const Renewals& renewals, const Stamp& stamp) {
  const StoredObject& object = *version.object;
  return std::make_shared<const StoredObject>(
      object.key,
      renewals.renewed(object.document, stamp.written)
          .with_path({"metadata", "resourceVersion"}, std::to_string(stamp.revision)),
      stamp.revision, stamp.written);
}

const ObjectPtr& Store::current(const Live& live) {
  if (live.stale) {
    const History& history = *live.history;
    live.object =
        renewed_by(history.versions.back(), *history.renewals, history.renewals->stamps.back());
    live.stale = false;
  }
  return live.object;
}

ObjectPtr Store::get(const ObjectKey& key) const {
  const Table* found = table(key.resource);
  if (found == nullptr) return nullptr;
  const auto it = found->live.find(name_of(key));
  return it == found->live.end() ? nullptr : current(it->second);
}

ObjectPtr Store::version_at(const History& history, std::uint64_t revision) {
  const auto after = std::upper_bound(
      history.versions.begin(), history.versions.end(), revision,
      [](std::uint64_t r, const Version& version) { return r < version.object->revision; });
  if (after == history.versions.begin()) return nullptr;
  const Version& version = *std::prev(after);
  if (version.deleted) return nullptr;
  if (history.renewals == nullptr) return version.object;
  const std::vector<Stamp>& stamps = history.renewals->stamps;
  const auto later =
      std::upper_bound(stamps.begin(), stamps.end(), revision,
                       [](std::uint64_t r, const Stamp& stamp) { return r < stamp.revision; });
  const bool renewed =
      later != stamps.begin() && std::prev(later)->revision > version.object->revision;
  return renewed ? renewed_by(version, *history.renewals, *std::prev(later)) : version.object;
}

ObjectPtr Store::get_at(const ObjectKey& key, std::uint64_t revision) const {
  const Table* found = table(key.resource);
  if (found == nullptr) return nullptr;
  const auto it = found->objects.find(name_of(key));
  return it == found->objects.end() ? nullptr : version_at(it->second, revision);
}

std::vector<ObjectPtr> Store::list(std::string_view resource, std::string_view ns) const {
  std::vector<ObjectPtr> out;
  const Table* found = table(resource);
  if (found == nullptr) return out;
  if (ns.empty()) out.reserve(found->live.size());
  auto it = ns.empty() ? found->live.begin() : found->live.lower_bound(NameView(ns, {}));
  for (; it != found->live.end() && (ns.empty() || it->first.first == ns); ++it) {
    out.push_back(current(it->second));
  }
  return out;
}

std::vector<ObjectPtr> Store::list_at(std::string_view resource, std::string_view ns,
                                      std::uint64_t revision) const {
  std::vector<ObjectPtr> out;
  const Table* found = table(resource);
  if (found == nullptr) return out;
  auto it = ns.empty() ? found->objects.begin() : found->objects.lower_bound(NameView(ns, {}));
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
  std::unique_ptr<Table>& slot = tables_[key.resource];
  if (slot == nullptr) slot = std::make_unique<Table>();
  Table& into = *slot;
  std::pair<std::string, std::string> name(key.ns, key.name);
  const auto history = into.objects.try_emplace(name).first;
  const auto live = into.live.try_emplace(std::move(name)).first;
  Change change{type, object, live->second.object == nullptr ? nullptr : current(live->second)};
  history->second.versions.push_back({object, type == ChangeType::kDeleted});
  if (type == ChangeType::kDeleted) {
    history->second.live = nullptr;
    into.live.erase(live);
    --size_;
  } else {
    live->second.object = object;
    live->second.history = &history->second;
    history->second.live = &live->second;
    if (type == ChangeType::kAdded) ++size_;
  }
  into.log.push_back(change);
  for (const Subscriber& listener : listeners_) listener.on_change(change);
  return object;
}

ObjectPtr Store::put(const ObjectKey& key, const Value& document, Time now) {
  const Table* found = table(key.resource);
  const bool there = found != nullptr && found->live.contains(name_of(key));
  return write(there ? ChangeType::kModified : ChangeType::kAdded, key, document, now);
}

ObjectPtr Store::remove(const ObjectKey& key, const Value& last, Time now) {
  INFERLAB_CHECK(get(key) != nullptr);
  return write(ChangeType::kDeleted, key, last, now);
}

Store::Line Store::line(const ObjectKey& key, RenewedDocument renewed) {
  const auto found = tables_.find(key.resource);
  INFERLAB_CHECK(found != tables_.end());
  const auto object = found->second->objects.find(name_of(key));
  INFERLAB_CHECK(object != found->second->objects.end() && object->second.live != nullptr);
  History& history = object->second;
  if (history.renewals == nullptr) {
    history.renewals = std::make_unique<Renewals>(Renewals{key, renewed, ++lines_, {}});
    found->second->renewing.push_back(&history);
  }
  INFERLAB_CHECK(history.renewals->renewed == renewed);
  Line out;
  out.history_ = &history;
  return out;
}

bool Store::renew(const Line& line, Time now) {
  History* history = line.history_;
  if (history == nullptr || history->live == nullptr) return false;
  history->renewals->stamps.push_back({++revision_, now});
  history->live->stale = true;
  const Renewal renewal{*this, history->renewals->key, history->renewals->line, revision_, now};
  std::optional<Change> change;
  for (const Subscriber& listener : listeners_) {
    if (listener.on_renewal) {
      listener.on_renewal(renewal);
      continue;
    }
    if (!change) change = renewal.change();
    listener.on_change(*change);
  }
  return true;
}

ObjectPtr Store::renewed_version(const Line& line) const {
  if (line.history_ == nullptr || line.history_->live == nullptr) return nullptr;
  return line.history_->versions.back().object;
}

// What was there before the write of `revision`, which was a renewal.
ObjectPtr Store::before(const History& history, std::uint64_t revision) {
  return version_at(history, revision - 1);
}

Change Renewal::change() const {
  const Store::History& history = store.table(key.resource)->objects.find(name_of(key))->second;
  return {ChangeType::kModified, Store::current(*history.live), Store::before(history, revision)};
}

void Store::add_renewals(const Table& table, std::uint64_t revision, std::vector<Change>& to) {
  for (const History* history : table.renewing) {
    const std::vector<Stamp>& stamps = history->renewals->stamps;
    auto stamp =
        std::upper_bound(stamps.begin(), stamps.end(), revision,
                         [](std::uint64_t r, const Stamp& one) { return r < one.revision; });
    if (stamp == stamps.end()) continue;
    ObjectPtr previous;
    for (; stamp != stamps.end(); ++stamp) {
      // The version before is the one made last, unless the object was written whole in between.
      ObjectPtr last = before(*history, stamp->revision);
      if (previous != nullptr && previous->revision == last->revision) last = previous;
      previous = version_at(*history, stamp->revision);
      to.push_back({ChangeType::kModified, previous, std::move(last)});
    }
  }
}

Changes Store::changes_since(std::string_view resource, std::uint64_t revision) const {
  const Table* found = table(resource);
  if (found == nullptr) return Changes(std::span<const Change>());
  const auto first = std::upper_bound(
      found->log.begin(), found->log.end(), revision,
      [](std::uint64_t r, const Change& change) { return r < change.object->revision; });
  if (found->renewing.empty()) return Changes(std::span<const Change>(first, found->log.end()));
  std::vector<Change> all(first, found->log.end());
  add_renewals(*found, revision, all);
  std::sort(all.begin(), all.end(), [](const Change& a, const Change& b) {
    return a.object->revision < b.object->revision;
  });
  return Changes(std::move(all));
}

std::uint64_t Store::changed_at(std::string_view resource) const {
  const Table* found = table(resource);
  return found == nullptr || found->log.empty() ? 0 : found->log.back().object->revision;
}

std::vector<std::string> Store::resources() const {
  std::vector<std::string> out;
  for (const auto& [resource, unused] : tables_) out.push_back(resource);
  return out;
}

}  // namespace inferlab::sim
