#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "sim/api/value.h"

namespace inferlab::sim {

using Fill = std::pair<std::string_view, Value>;

/// `object` with each of these members that it does not have yet, in one copy; itself when it has
/// them all. A null among `missing` adds nothing.
Value filled(const Value& object, std::initializer_list<Fill> missing);

/// True when both are the same object in memory: cheaper than ==, and false does not mean unequal.
bool same_document(const Value& a, const Value& b);

/// `list` with each item put through `change`; itself when no item changed.
template <typename Change>
Value each_item(const Value& list, const Change& change) {
  Value::Array made;
  bool copying = false;
  std::size_t index = 0;
  for (const Value& item : list.items()) {
    Value changed = change(item);
    if (!copying && !same_document(changed, item)) {
      copying = true;
      made.assign(list.items().begin(), list.items().begin() + static_cast<std::ptrdiff_t>(index));
    }
    if (copying) made.push_back(std::move(changed));
    ++index;
  }
  return copying ? Value::array(std::move(made)) : list;
}

}  // namespace inferlab::sim
