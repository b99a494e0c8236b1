#include "sim/apiserver/served_kinds.h"

namespace inferlab::sim {

std::shared_ptr<const KindTable> ServedKinds::table(RunDoor& door) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->table != nullptr) return shared_->table;
  }
  const bool followed = door.mailbox
                            .call([this, &door] {
                              const std::lock_guard lock(shared_->mutex);
                              if (shared_->table != nullptr)
                                return true;  // another thread was quicker
                              shared_->table = door.api.kind_table();
                              door.api.store().subscribe(
                                  [shared = shared_, &api = door.api](const Change& change) {
                                    if (change.object->key.resource !=
                                        "customresourcedefinitions.apiextensions.k8s.io")
                                      return;
                                    const std::lock_guard listening(shared->mutex);
                                    shared->table = api.kind_table();
                                  },
                                  Store::ignore);
                              return true;
                            })
                            .has_value();
  static const std::shared_ptr<const KindTable> kBuiltin = KindTable::with_custom({}, {});
  if (!followed) return kBuiltin;
  const std::lock_guard lock(shared_->mutex);
  return shared_->table;
}

}  // namespace inferlab::sim
