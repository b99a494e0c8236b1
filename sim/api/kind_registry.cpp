#include "sim/api/kind_registry.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

}  // namespace

void KindRegistry::follow(Store& store) {
  bool changed = false;
  for (const ObjectPtr& definition : store.list(kDefinitions)) {
    changed = learn(*definition, false) || changed;
  }
  if (changed) renew();
  store.subscribe(
      [this](const Change& change) {
        if (change.object->key.resource != kDefinitions) return;
        if (learn(*change.object, change.type == ChangeType::kDeleted)) renew();
      },
      Store::ignore);
}

bool KindRegistry::learn(const StoredObject& definition, bool deleted) {
  const std::string& name = definition.key.name;
  // While its objects are being deleted they are still there to read; the real server too serves a
  // definition until it is gone.
  const bool served = !deleted && is_established(definition.document);
  const auto known = known_.find(name);
  if (!served) return known_.erase(name) > 0;
  const Value& spec = definition.document["spec"];
  if (known != known_.end() && known->second.spec == spec) return false;
  known_.insert_or_assign(name, Known{spec, make_custom_kinds(definition.document)});
  return true;
}

void KindRegistry::serve(std::span<const Kind* const> kinds) {
  computed_.assign(kinds.begin(), kinds.end());
  renew();
}

void KindRegistry::renew() {
  KindTable::Kinds served;
  // They live longer than any table: nobody owns them.
  for (const Kind* kind : computed_) served.emplace_back(std::shared_ptr<const Kind>(), kind);
  KindTable::Kinds kept;
  for (const auto& [name, known] : known_) {
    served.insert(served.end(), known.kinds.served.begin(), known.kinds.served.end());
    kept.push_back(known.kinds.storage);
  }
  table_ = KindTable::with_custom(std::move(served), std::move(kept));
}

}  // namespace inferlab::sim
