#include "sim/api/schema.h"

#include <algorithm>

namespace inferlab::sim {

const Field* Type::find(std::string_view field) const {
  const auto it =
      std::lower_bound(fields.begin(), fields.end(), field,
                       [](const Field& f, std::string_view wanted) { return f.name < wanted; });
  return it != fields.end() && it->name == field ? &*it : nullptr;
}

}  // namespace inferlab::sim
