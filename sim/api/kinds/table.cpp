// The table of kinds.inc, and how a kind is found in it.
#include <algorithm>

#include "sim/api/kind.h"
#include "sim/api/kinds/kinds.h"

namespace inferlab::sim {

std::string Kind::resource() const {
  std::string out(plural);
  if (!group.empty()) out.append(".").append(group);
  return out;
}

std::string Kind::api_version() const {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::string Kind::list_name() const {
  return list_kind.empty() ? std::string(kind) + "List" : std::string(list_kind);
}

bool Kind::has_subresource(std::string_view subresource) const {
  return std::ranges::find(subresources, subresource) != subresources.end();
}

const KindTable& KindTable::builtin() {
  static const KindTable table = [] {
    KindTable made;
    made.kinds_ = {
#define INFERLAB_KIND(name) &kinds::name,
#include "sim/api/kinds/kinds.inc"
#undef INFERLAB_KIND
    };
    for (const Kind* kind : made.kinds_) made.by_resource_.emplace(kind->resource(), kind);
    return made;
  }();
  return table;
}

std::shared_ptr<const KindTable> KindTable::with_custom(Kinds served, Kinds kept) {
  auto made = std::make_shared<KindTable>(builtin());
  for (const auto& kind : served) made->kinds_.push_back(kind.get());
  for (Kinds* kinds : {&kept, &served}) {
    for (std::shared_ptr<const Kind>& kind : *kinds) {
      if (kind->stored_as == nullptr) made->by_resource_.emplace(kind->resource(), kind.get());
      made->owned_.push_back(std::move(kind));
    }
  }
  return made;
}

const Kind* KindTable::by_resource(std::string_view resource) const {
  const auto it = by_resource_.find(resource);
  return it == by_resource_.end() ? nullptr : it->second;
}

const Kind* KindTable::by_gvk(std::string_view api_version, std::string_view kind) const {
  for (const Kind* one : kinds_) {
    if (one->kind == kind && one->api_version() == api_version) return one;
  }
  return nullptr;
}

const Kind* KindTable::by_path(std::string_view group, std::string_view version,
                               std::string_view plural) const {
  for (const Kind* one : kinds_) {
    if (one->group == group && one->version == version && one->plural == plural) return one;
  }
  return nullptr;
}

}  // namespace inferlab::sim
