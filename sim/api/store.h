#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Where an object lives. `resource` is "pods" or "deployments.apps": the plural, and the group
/// when it has one. `ns` is empty for cluster-scoped kinds.
struct ObjectKey {
  std::string resource;
  std::string ns;
  std::string name;
  auto operator<=>(const ObjectKey&) const = default;
};

/// One version of one object. Immutable; shared by the store, watchers and snapshots.
class StoredObject {
 public:
  StoredObject(ObjectKey object_key, Value doc, std::uint64_t rev, Time at)
      : key(std::move(object_key)), document(std::move(doc)), revision(rev), written(at) {}

  const ObjectKey key;
  const Value document;          // metadata.resourceVersion is `revision` in decimal
  const std::uint64_t revision;  // of the write that made this version
  const Time written;

  /// The document as a typed view (PodView, NodeView …), parsed once per version. View needs a
  /// constructor from const StoredObject&. The run's own thread only.
  template <typename View>
  const View& view() const {
    if (view_ == nullptr || view_type_ != std::type_index(typeid(View))) {
      view_ = std::make_shared<const View>(*this);
      view_type_ = std::type_index(typeid(View));
    }
    return *static_cast<const View*>(view_.get());
  }

 private:
  mutable std::shared_ptr<const void> view_;
  mutable std::type_index view_type_ = std::type_index(typeid(void));
};
using ObjectPtr = std::shared_ptr<const StoredObject>;

enum class ChangeType : std::uint8_t { kAdded, kModified, kDeleted };

/// One write. For kDeleted `object` is the last state, stamped with the revision of the deletion.
struct Change {
  ChangeType type;
  ObjectPtr object;
  ObjectPtr previous;  // nullptr for kAdded
};

class Store;

/// What a renewal makes of a document: the same with another time in it, and nothing else.
using RenewedDocument = Value (*)(const Value& document, Time now);

/// A write that changes nothing but a time: a heartbeat. The store keeps its revision and its time,
/// and makes the version of them when somebody reads it.
struct Renewal {
  const Store& store;
  const ObjectKey& key;
  std::size_t line = 0;  // of the object: a small number of its own in this store
  std::uint64_t revision = 0;
  Time written{};

  /// The same as a change like any other. Good for the length of the call that brings the renewal.
  [[nodiscard]] Change change() const;
};

/// The writes to a resource after some revision, oldest first.
class Changes {
 public:
  explicit Changes(std::span<const Change> kept) : all_(kept) {}
  explicit Changes(std::vector<Change> made) : made_(std::move(made)), all_(made_) {}
  Changes(Changes&&) = default;  // the items of a vector that is moved stay where they are
  Changes& operator=(Changes&&) = default;
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;
  ~Changes() = default;

  [[nodiscard]] auto begin() const { return all_.begin(); }
  [[nodiscard]] auto end() const { return all_.end(); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] bool empty() const { return all_.empty(); }
  const Change& operator[](std::size_t index) const { return all_[index]; }

 private:
  std::vector<Change> made_;
  std::span<const Change> all_;
};

/// The multi-version object store: every write is a new revision, and old ones stay readable for
/// the length of the run. Watches, the timeline and reports are reads at a revision.
///
/// A thousand kubelets write nine million heartbeats a day: those are renewals, which cost two
/// numbers each until one of them is read.
///
/// It knows no rules: validation, preconditions and defaults are Api's. Not thread-safe; what it
/// hands out (ObjectPtr) may be read by any thread.
class Store {
  struct History;
  struct Table;

 public:
  Store();
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The revision of the latest write; 0 before the first.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  /// How many objects there are now.
  [[nodiscard]] std::size_t size() const { return size_; }

  /// The latest version, or nullptr.
  [[nodiscard]] ObjectPtr get(const ObjectKey& key) const;
  /// The version that was latest at `revision`, or nullptr.
  [[nodiscard]] ObjectPtr get_at(const ObjectKey& key, std::uint64_t revision) const;
  /// All of a resource by (namespace, name); of one namespace when `ns` is not empty.
  [[nodiscard]] std::vector<ObjectPtr> list(std::string_view resource,
                                            std::string_view ns = {}) const;
  [[nodiscard]] std::vector<ObjectPtr> list_at(std::string_view resource, std::string_view ns,
                                               std::uint64_t revision) const;

  /// Creates or replaces; stamps metadata.resourceVersion. Tells subscribers before it returns.
  ObjectPtr put(const ObjectKey& key, const Value& document, Time now);
  /// Checks: the object exists. `last` is the state it is deleted in.
  ObjectPtr remove(const ObjectKey& key, const Value& last, Time now);

  /// An object that is renewed again and again. It stays good when the object is deleted.
  class Line {
   public:
    Line() = default;

   private:
    friend class Store;
    History* history_ = nullptr;
  };
  /// Of the object of this key, which is there (checked). `renewed` is the same at every call.
  Line line(const ObjectKey& key, RenewedDocument renewed);
  /// As a put() of `renewed(latest version, now)`. False, and nothing is written, when the object
  /// has been deleted or the line is of none.
  bool renew(const Line& line, Time now);
  /// The latest version that was written whole, or nullptr: all later ones are renewals of it.
  [[nodiscard]] ObjectPtr renewed_version(const Line& line) const;

  /// The writes to a resource after `revision`, oldest first. Valid until the next write.
  [[nodiscard]] Changes changes_since(std::string_view resource, std::uint64_t revision) const;
  /// The revision of the latest write to a resource that was no renewal; 0: there was none.
  [[nodiscard]] std::uint64_t changed_at(std::string_view resource) const;

  /// Calls `listener` on every write, in the order of subscription, inside put() and remove(). It
  /// must not write: it notes the key and schedules an event. Lives as long as the store.
  /// Of renewals it hears as of other writes, unless `on_renewal` takes them in its place.
  using Listener = std::function<void(const Change&)>;
  using RenewalListener = std::function<void(const Renewal&)>;
  void subscribe(Listener listener, RenewalListener on_renewal = {}) {
    listeners_.push_back({std::move(listener), std::move(on_renewal)});
  }
  /// For those whom a heartbeat does not matter.
  static void ignore(const Renewal& /*renewal*/) {}

  /// Names of resources that have ever had an object, in order.
  [[nodiscard]] std::vector<std::string> resources() const;

 private:
  friend struct Renewal;
  struct Version {
    ObjectPtr object;
    bool deleted;
  };
  struct Stamp {
    std::uint64_t revision;
    Time written;
  };
  // What only objects have that are renewed.
  struct Renewals {
    ObjectKey key;
    RenewedDocument renewed = nullptr;
    std::size_t line = 0;
    std::vector<Stamp> stamps;  // oldest first; each renews the version written before it
  };
  struct Live {
    mutable ObjectPtr object;  // older than the latest renewal where `stale`
    mutable bool stale = false;
    History* history = nullptr;
  };
  struct Subscriber {
    Listener on_change;
    RenewalListener on_renewal;
  };

  ObjectPtr write(ChangeType type, const ObjectKey& key, const Value& document, Time now);
  [[nodiscard]] const Table* table(std::string_view resource) const;
  static const ObjectPtr& current(const Live& live);
  static ObjectPtr renewed_by(const Version& version, const Renewals& renewals, const Stamp& stamp);
  static ObjectPtr version_at(const History& history, std::uint64_t revision);
  static ObjectPtr before(const History& history, std::uint64_t revision);
  static void add_renewals(const Table& table, std::uint64_t revision, std::vector<Change>& to);

  std::uint64_t revision_ = 0;
  std::size_t size_ = 0;
  std::size_t lines_ = 0;
  std::map<std::string, std::unique_ptr<Table>, std::less<>> tables_;
  std::vector<Subscriber> listeners_;
};

}  // namespace inferlab::sim
