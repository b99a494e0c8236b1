#include "labs/checks/objects_at.h"

#include <map>

namespace inferlab::labs {

std::vector<sim::ObjectPtr> objects_at(const sim::Store& store, const std::string& resource,
                                       Time at) {
  std::map<sim::ObjectKey, sim::ObjectPtr> live;
  for (const sim::Change& change : store.changes_since(resource, 0)) {
    if (change.object->written > at) break;
    if (change.type == sim::ChangeType::kDeleted) {
      live.erase(change.object->key);
    } else {
      live[change.object->key] = change.object;
    }
  }
  std::vector<sim::ObjectPtr> out;
  for (auto& [key, object] : live) out.push_back(std::move(object));
  return out;
}

}  // namespace inferlab::labs
