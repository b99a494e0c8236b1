#include "sim/api/cel/qualify.h"

#include <cmath>

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

struct Found {
  std::optional<Val> value;
  std::string missing;  // the error of a plain access that finds nothing
  std::string wrong;    // the error of any access, whatever is there
};

Found find_item(const ListData& list, const Val& key) {
  std::int64_t index = -1;
  if (key.is(Kind::kInt)) {
    index = key.as_int();
  } else if (key.is(Kind::kUint)) {
    if (key.as_uint() <= static_cast<std::uint64_t>(INT64_MAX)) {
      index = static_cast<std::int64_t>(key.as_uint());
    }
  } else if (key.is(Kind::kDouble)) {
    const double number = key.as_double();
    if (number != std::floor(number) || std::abs(number) > 9.0e15) {
      return {.value = {},
              .missing = {},
              .wrong = "unsupported index value " + key.text() + " in list"};
    }
    index = static_cast<std::int64_t>(number);
  } else {
    return {.value = {},
            .missing = {},
            .wrong = "unsupported index type '" + key.type_name() + "' in list"};
  }
  if (index < 0 || index >= static_cast<std::int64_t>(list.size())) {
    return {.value = {}, .missing = "index out of bounds: " + key.text(), .wrong = {}};
  }
  return {.value = list.at(static_cast<std::size_t>(index)), .missing = {}, .wrong = {}};
}

Found find(const Val& object, const Val& key) {
  if (object.is(Kind::kList)) return find_item(object.as_list(), key);
  Found out;
  if (object.is(Kind::kMap)) out.value = object.as_map().find(key);
  if (!out.value) out.missing = "no such key: " + key.text();
  return out;
}

}  // namespace

Val qualify(const Val& object, const Val& key, bool optional) {
  const bool was_optional = object.is(Kind::kOptional);
  const Val* held = was_optional ? object.as_optional() : &object;
  if (held == nullptr) return Val::none();
  Found found = find(*held, key);
  if (!found.wrong.empty()) return Val::error(found.wrong);
  if (found.value && found.value->is_error()) return *found.value;
  if (!was_optional && !optional) {
    return found.value ? *std::move(found.value) : Val::error(found.missing);
  }
  return found.value ? Val::some(*std::move(found.value)) : Val::none();
}

Val has_key(const Val& object, const Val& key) {
  const Val* held = object.is(Kind::kOptional) ? object.as_optional() : &object;
  if (held == nullptr) return Val::boolean(false);
  const Found found = find(*held, key);
  if (!found.wrong.empty()) return Val::error(found.wrong);
  return Val::boolean(found.value.has_value());
}

}  // namespace inferlab::sim::cel
