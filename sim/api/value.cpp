#include "sim/api/value.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kFewMembers = 24;

const Value kNullValue;  // NOLINT: constant, no allocation

auto lower_bound(const Value::Object& members, std::string_view key) {
  return std::lower_bound(
      members.begin(), members.end(), key,
      [](const Value::Member& member, std::string_view k) { return member.key < k; });
}

}  // namespace

Value::Value(std::string text) : data_(std::make_shared<const std::string>(std::move(text))) {}

Value Value::object() {
  return object(Object());
}

Value Value::object(Object members) {
  const auto by_key = [](const Member& a, const Member& b) { return a.key < b.key; };
  if (!std::is_sorted(members.begin(), members.end(), by_key)) {
    std::stable_sort(members.begin(), members.end(), by_key);
  }
  // Keep the last of equal keys.
  auto out = members.begin();
  for (auto it = members.begin(); it != members.end(); ++it) {
    if (std::next(it) != members.end() && std::next(it)->key == it->key) continue;
    if (out != it) *out = std::move(*it);
    ++out;
  }
  members.erase(out, members.end());
  Value value;
  value.data_ = std::make_shared<const Object>(std::move(members));
  return value;
}

Value Value::array(Array items) {
  Value value;
  value.data_ = std::make_shared<const Array>(std::move(items));
  return value;
}

Value Value::strings(std::span<const std::string> items) {
  return array(Array(items.begin(), items.end()));
}

bool Value::as_bool(bool fallback) const {
  const bool* value = std::get_if<bool>(&data_);
  return value != nullptr ? *value : fallback;
}

std::int64_t Value::as_int(std::int64_t fallback) const {
  const std::int64_t* value = std::get_if<std::int64_t>(&data_);
  return value != nullptr ? *value : fallback;
}

double Value::as_double(double fallback) const {
  if (const double* value = std::get_if<double>(&data_)) return *value;
  return is_int() ? static_cast<double>(as_int()) : fallback;
}

std::string_view Value::as_string(std::string_view fallback) const {
  const auto* value = std::get_if<std::shared_ptr<const std::string>>(&data_);
  return value != nullptr ? std::string_view(**value) : fallback;
}

const Value::Array& Value::items() const& {
  static const Array kEmpty;
  const auto* value = std::get_if<std::shared_ptr<const Array>>(&data_);
  return value != nullptr ? **value : kEmpty;
}

const Value::Object& Value::members() const& {
  static const Object kEmpty;
  const auto* value = std::get_if<std::shared_ptr<const Object>>(&data_);
  return value != nullptr ? **value : kEmpty;
}

std::size_t Value::size() const {
  switch (kind()) {
    case Kind::kString:
      return as_string().size();
    case Kind::kArray:
      return items().size();
    case Kind::kObject:
      return members().size();
    default:
      return 0;
  }
}

const Value* Value::find(std::string_view key) const& {
  const Object& all = members();
  // Of few members most differ from the key in their length already, or in the last letter.
  if (all.size() <= kFewMembers) {
    for (const Member& member : all) {
      if (member.key.size() == key.size() &&
          (key.empty() || (member.key.back() == key.back() &&
                           std::memcmp(member.key.data(), key.data(), key.size()) == 0))) {
        return &member.value;
      }
    }
    return nullptr;
  }
  const auto it = lower_bound(all, key);
  return it != all.end() && it->key == key ? &it->value : nullptr;
}

const Value& Value::operator[](std::string_view key) const& {
  const Value* value = find(key);
  return value != nullptr ? *value : kNullValue;
}

const Value& Value::operator[](std::size_t index) const& {
  return index < items().size() ? items()[index] : kNullValue;
}

Value Value::with(std::string_view key, Value value) const {
  const Object& all = members();
  const auto it = lower_bound(all, key);
  Object copy;
  copy.reserve(all.size() + 1);
  copy.insert(copy.end(), all.begin(), it);
  copy.push_back({std::string(key), std::move(value)});
  const bool replaces = it != all.end() && it->key == key;
  copy.insert(copy.end(), replaces ? std::next(it) : it, all.end());
  Value out;
  out.data_ = std::make_shared<const Object>(std::move(copy));
  return out;
}

Value Value::without(std::string_view key) const {
  if (!has(key)) return *this;
  Object copy = members();
  std::erase_if(copy, [key](const Member& member) { return member.key == key; });
  Value out;
  out.data_ = std::make_shared<const Object>(std::move(copy));
  return out;
}

Value Value::with_path(std::initializer_list<std::string_view> path, Value value) const {
  return with_path(Path(path.begin(), path.size()), std::move(value));
}

Value Value::without_path(std::initializer_list<std::string_view> path) const {
  return without_path(Path(path.begin(), path.size()));
}

Value Value::with_path(Path path, Value value) const {
  INFERLAB_CHECK(!path.empty());
  if (path.size() == 1) return with(path.front(), std::move(value));
  return with(path.front(), (*this)[path.front()].with_path(path.subspan(1), std::move(value)));
}

Value Value::without_path(Path path) const {
  INFERLAB_CHECK(!path.empty());
  if (path.size() == 1) return without(path.front());
  const Value* next = find(path.front());
  if (next == nullptr) return *this;
  Value rest = next->without_path(path.subspan(1));
  // An object that lost nothing is the same one.
  if (&rest.members() == &next->members()) return *this;
  return with(path.front(), std::move(rest));
}

Value Value::appended(Value item) const {
  Array copy = items();
  copy.push_back(std::move(item));
  return array(std::move(copy));
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::kString:
      return a.as_string() == b.as_string();
    case Value::Kind::kArray:
      return &a.items() == &b.items() || a.items() == b.items();
    case Value::Kind::kObject: {
      const Value::Object& x = a.members();
      const Value::Object& y = b.members();
      if (&x == &y) return true;
      return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                        [](const Value::Member& m, const Value::Member& n) {
                          return m.key == n.key && m.value == n.value;
                        });
    }
    default:
      return a.data_ == b.data_;
  }
}

void Value::add_to(RunHash& hash) const {
  hash.add(static_cast<std::uint64_t>(kind()));
  switch (kind()) {
    case Kind::kNull:
      break;
    case Kind::kBool:
      hash.add(std::uint64_t{as_bool()});
      break;
    case Kind::kInt:
      hash.add(static_cast<std::uint64_t>(as_int()));
      break;
    case Kind::kDouble:
      hash.add(std::bit_cast<std::uint64_t>(as_double()));
      break;
    case Kind::kString:
      hash.add(as_string());
      break;
    case Kind::kArray:
      hash.add(static_cast<std::uint64_t>(size()));
      for (const Value& item : items()) item.add_to(hash);
      break;
    case Kind::kObject:
      hash.add(static_cast<std::uint64_t>(size()));
      for (const Member& member : members()) {
        hash.add(std::string_view(member.key));
        member.value.add_to(hash);
      }
      break;
  }
}

}  // namespace inferlab::sim
