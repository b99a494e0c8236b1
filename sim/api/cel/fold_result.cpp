#include "sim/api/cel/fold_result.h"

#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

std::optional<Val> FoldResult::add(const Val& key, Val val) {
  if (kind_ == FoldKind::kMap) {
    items_.push_back(std::move(val));
    return std::nullopt;
  }
  if (kind_ == FoldKind::kTransformMap) return insert(key, std::move(val));
  if (!val.is(Val::Kind::kMap)) return no_such_overload();
  const MapData& more = val.as_map();
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (std::optional<Val> error = insert(more.key_at(i), more.value_at(i))) return error;
  }
  return std::nullopt;
}

Val FoldResult::take() {
  return kind_ == FoldKind::kMap ? Val::list(std::move(items_)) : Val::map(std::move(entries_));
}

std::optional<Val> FoldResult::insert(Val key, Val val) {
  // Not text() of a text, which may be cut; the quote tells "1" from 1.
  const bool is_text = key.is(Val::Kind::kString);
  std::string name = is_text ? "'" + std::string(key.as_string()) : key.text();
  if (!keys_.insert(std::move(name)).second) {
    return Val::error("insert failed: key " + key.text() + " already exists");
  }
  entries_.emplace_back(std::move(key), std::move(val));
  return std::nullopt;
}

}  // namespace inferlab::sim::cel
