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

/// The multi-version object store: every write is a new revision, and old ones stay readable for
/// the length of the run. Watches, the timeline and reports are reads at a revision.
///
/// It knows no rules: validation, preconditions and defaults are Api's. Not thread-safe; what it
/// hands out (ObjectPtr) may be read by any thread.
class Store {
 public:
  Store() = default;
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

  /// The writes to a resource after `revision`, oldest first.
  [[nodiscard]] std::span<const Change> changes_since(std::string_view resource,
                                                      std::uint64_t revision) const;

  /// Calls `listener` on every write, in the order of subscription, inside put() and remove(). It
  /// must not write: it notes the key and schedules an event. Lives as long as the store.
  using Listener = std::function<void(const Change&)>;
  void subscribe(Listener listener) { listeners_.push_back(std::move(listener)); }

  /// Names of resources that have ever had an object, in order.
  [[nodiscard]] std::vector<std::string> resources() const;

 private:
  struct History {
    struct Version {
      ObjectPtr object;
      bool deleted;
    };
    std::vector<Version> versions;  // oldest first
  };
  using NamespacedName = std::pair<std::string, std::string>;
  struct Table {
    std::map<NamespacedName, History> objects;
    std::map<NamespacedName, ObjectPtr> live;
    std::vector<Change> log;
  };

  ObjectPtr write(ChangeType type, const ObjectKey& key, const Value& document, Time now);
  [[nodiscard]] const Table* table(std::string_view resource) const;
  static ObjectPtr version_at(const History& history, std::uint64_t revision);

  std::uint64_t revision_ = 0;
  std::size_t size_ = 0;
  std::map<std::string, Table, std::less<>> tables_;
  std::vector<Listener> listeners_;
};

}  // namespace inferlab::sim
