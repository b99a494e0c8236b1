#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/api/store.h"

namespace inferlab::sim {

/// What belongs to what, kept up to date write by write, so that no controller has to walk through
/// all objects to find the few it is responsible for. Knows every resource but events.
class ObjectIndex {
 public:
  void update(const Change& change);

  using Keys = std::set<ObjectKey>;
  /// Objects that name this uid in metadata.ownerReferences.
  [[nodiscard]] const Keys& dependents(std::string_view uid) const;
  /// Pods with this spec.nodeName.
  [[nodiscard]] const Keys& pods_on(std::string_view node) const;
  /// Pods of this namespace without a controlling owner.
  [[nodiscard]] const Keys& orphan_pods(std::string_view ns) const;
  /// The live object of this uid, or nullptr.
  [[nodiscard]] const ObjectKey* by_uid(std::string_view uid) const;

 private:
  using Groups = std::map<std::string, Keys, std::less<>>;
  static const Keys& in(const Groups& groups, std::string_view name);
  static void remove(Groups& groups, std::string_view name, const ObjectKey& key);
  void forget(const StoredObject& object);
  void learn(const StoredObject& object);

  std::map<std::string, ObjectKey, std::less<>> uids_;
  Groups dependents_, pods_on_, orphan_pods_;
};

}  // namespace inferlab::sim
