#include "sim/api/cel/val.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>

#include "engine/base/check.h"
#include "sim/api/cel/time.h"

namespace inferlab::sim::cel {

namespace {

constexpr std::size_t kMostPrinted = 4096;

class OwnedList final : public ListData {
 public:
  explicit OwnedList(std::vector<Val> items) : items_(std::move(items)) {}
  [[nodiscard]] std::size_t size() const override { return items_.size(); }
  [[nodiscard]] Val at(std::size_t index) const override { return items_.at(index); }

 private:
  std::vector<Val> items_;
};

// A key as it is looked up: 1, 1u and 1.0 are one key (CEL language definition, "Equality").
using Key = std::variant<bool, std::int64_t, std::uint64_t, std::string>;

std::optional<Key> key_of(const Val& val) {
  switch (val.kind()) {
    case Val::Kind::kBool:
      return val.as_bool();
    case Val::Kind::kInt:
      return val.as_int();
    case Val::Kind::kUint:
      if (val.as_uint() <= static_cast<std::uint64_t>(INT64_MAX)) {
        return static_cast<std::int64_t>(val.as_uint());
      }
      return val.as_uint();
    case Val::Kind::kDouble: {
      const double number = val.as_double();
      if (number == std::floor(number) && number >= -9.2e18 && number <= 9.2e18) {
        return static_cast<std::int64_t>(number);
      }
      return std::nullopt;
    }
    case Val::Kind::kString:
      return std::string(val.as_string());
    default:
      return std::nullopt;
  }
}

class OwnedMap final : public MapData {
 public:
  [[nodiscard]] std::size_t size() const override { return entries_.size(); }
  [[nodiscard]] Val key_at(std::size_t index) const override { return entries_.at(index).first; }
  [[nodiscard]] Val value_at(std::size_t index) const override { return entries_.at(index).second; }
  [[nodiscard]] std::optional<Val> find(const Val& key) const override {
    const std::optional<Key> wanted = key_of(key);
    if (!wanted) return std::nullopt;
    const auto found = index_.find(*wanted);
    if (found == index_.end()) return std::nullopt;
    return entries_.at(found->second).second;
  }
  // Checks: key_of(key) has a value.
  void set(Val key, Val value) {
    const auto [found, added] = index_.emplace(*key_of(key), entries_.size());
    if (added) {
      entries_.emplace_back(std::move(key), std::move(value));
    } else {
      entries_[found->second].second = std::move(value);
    }
  }

 private:
  std::vector<std::pair<Val, Val>> entries_;
  std::map<Key, std::size_t> index_;
};

bool equal_lists(const ListData& a, const ListData& b, Work& work) {
  if (a.size() != b.size()) return false;
  const bool any_order = a.type().merge() != Type::Merge::kAtomic;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Val item = a.at(i);
    if (!any_order) {
      if (!equal(item, b.at(i), work)) return false;
      continue;
    }
    bool found = false;
    for (std::size_t j = 0; j < b.size() && !found && !work.spent(); ++j) {
      found = equal(item, b.at(j), work);
    }
    if (!found) return false;
  }
  return true;
}

bool equal_maps(const MapData& a, const MapData& b, Work& work) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::optional<Val> other = b.find(a.key_at(i));
    if (!other || !equal(a.value_at(i), *other, work)) return false;
  }
  return true;
}

// NaN is equal to nothing.
bool equal_numbers(const Val& a, const Val& b) {
  using Kind = Val::Kind;
  if (a.kind() > b.kind()) return equal_numbers(b, a);
  if (a.is(Kind::kInt) && b.is(Kind::kInt)) return a.as_int() == b.as_int();
  if (a.is(Kind::kUint) && b.is(Kind::kUint)) return a.as_uint() == b.as_uint();
  if (a.is(Kind::kDouble)) return a.as_double() == b.as_double();
  if (a.is(Kind::kInt) && b.is(Kind::kUint)) {
    return a.as_int() >= 0 && static_cast<std::uint64_t>(a.as_int()) == b.as_uint();
  }
  const double number = b.as_double();
  return a.is(Kind::kInt) ? static_cast<double>(a.as_int()) == number
                          : static_cast<double>(a.as_uint()) == number;
}

bool is_number(const Val& val) {
  return val.is(Val::Kind::kInt) || val.is(Val::Kind::kUint) || val.is(Val::Kind::kDouble);
}

}  // namespace

Val Val::error(std::string text) {
  return Val(EvalError{std::make_shared<const std::string>(std::move(text))});
}

Val Val::shared_string(Value text) {
  INFERLAB_CHECK(text.is_string());
  return Val(std::move(text));
}

Val Val::bytes(std::string data) {
  return Val(Bytes{std::make_shared<const std::string>(std::move(data))});
}

Val Val::list(std::vector<Val> items) {
  return Val(std::shared_ptr<const ListData>(std::make_shared<OwnedList>(std::move(items))));
}

Val Val::strings(const std::vector<std::string>& items) {
  std::vector<Val> out;
  out.reserve(items.size());
  for (const std::string& item : items) out.push_back(string(item));
  return list(std::move(out));
}

Val Val::map(std::vector<std::pair<Val, Val>> entries) {
  auto out = std::make_shared<OwnedMap>();
  for (auto& [key, value] : entries) {
    if (!key_of(key)) return error("unsupported key type: " + key.type_name());
    out->set(std::move(key), std::move(value));
  }
  return Val(std::shared_ptr<const MapData>(std::move(out)));
}

Val Val::none() {
  return Val(std::make_shared<const Optional>());
}

Val Val::some(Val value) {
  return Val(std::make_shared<const Optional>(Optional{std::move(value)}));
}

const std::string& Val::error_text() const {
  return *std::get<EvalError>(data_).text;
}

const Val* Val::as_optional() const {
  const std::optional<Val>& value = std::get<std::shared_ptr<const Optional>>(data_)->value;
  return value ? &*value : nullptr;
}

std::string Val::type_name() const {
  switch (kind()) {
    case Kind::kError:
      return "error";
    case Kind::kNull:
      return "null_type";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kUint:
      return "uint";
    case Kind::kDouble:
      return "double";
    case Kind::kString:
      return "string";
    case Kind::kBytes:
      return "bytes";
    case Kind::kTimestamp:
      return "google.protobuf.Timestamp";
    case Kind::kDuration:
      return "google.protobuf.Duration";
    case Kind::kList:
      return "list";
    case Kind::kMap:
      return "map";
    case Kind::kType:
      return "type";
    case Kind::kOptional:
      return "optional_type";
    case Kind::kOpaque:
      return std::string(as_opaque().type_name());
  }
  return {};
}

void Val::append_to(std::string& out) const {
  if (out.size() > kMostPrinted) return;
  switch (kind()) {
    case Kind::kError:
      out += error_text();
      return;
    case Kind::kNull:
      out += "null";
      return;
    case Kind::kBool:
      out += as_bool() ? "true" : "false";
      return;
    case Kind::kInt:
      out += std::to_string(as_int());
      return;
    case Kind::kUint:
      out += std::to_string(as_uint());
      return;
    case Kind::kDouble:
      out += format_double(as_double());
      return;
    case Kind::kString:
      out += as_string();
      return;
    case Kind::kBytes:
      out += as_bytes();
      return;
    case Kind::kTimestamp:
      out += format_timestamp(as_timestamp());
      return;
    case Kind::kDuration:
      out += format_span(as_duration());
      return;
    case Kind::kType:
      out += as_type().runtime_name();
      return;
    case Kind::kOpaque:
      out += as_opaque().text();
      return;
    case Kind::kOptional:
      if (as_optional() == nullptr) {
        out += "optional.none()";
        return;
      }
      out += "optional(";
      as_optional()->append_to(out);
      out += ")";
      return;
    case Kind::kList:
      out += '[';
      for (std::size_t i = 0; i < as_list().size() && out.size() <= kMostPrinted; ++i) {
        if (i > 0) out += ", ";
        as_list().at(i).append_to(out);
      }
      out += ']';
      return;
    case Kind::kMap:
      out += '{';
      for (std::size_t i = 0; i < as_map().size() && out.size() <= kMostPrinted; ++i) {
        if (i > 0) out += ", ";
        as_map().key_at(i).append_to(out);
        out += ": ";
        as_map().value_at(i).append_to(out);
      }
      out += '}';
      return;
  }
}

std::string Val::text() const {
  std::string out;
  append_to(out);
  return out;
}

std::optional<std::size_t> Val::size() const {
  switch (kind()) {
    case Kind::kString:
      return count_code_points(as_string());
    case Kind::kBytes:
      return as_bytes().size();
    case Kind::kList:
      return as_list().size();
    case Kind::kMap:
      return as_map().size();
    default:
      return std::nullopt;
  }
}

bool equal(const Val& a, const Val& b, Work& work) {
  using Kind = Val::Kind;
  if (--work.steps_left < 0) return false;
  if (is_number(a) && is_number(b)) return equal_numbers(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kString:
      work.steps_left -= static_cast<std::int64_t>(a.as_string().size() / 16);
      return a.as_string() == b.as_string();
    case Kind::kBytes:
      return a.as_bytes() == b.as_bytes();
    case Kind::kTimestamp:
      return a.as_timestamp() == b.as_timestamp();
    case Kind::kDuration:
      return a.as_duration() == b.as_duration();
    case Kind::kList:
      return equal_lists(a.as_list(), b.as_list(), work);
    case Kind::kMap:
      return equal_maps(a.as_map(), b.as_map(), work);
    case Kind::kType:
      return a.as_type().runtime_name() == b.as_type().runtime_name();
    case Kind::kOptional: {
      const Val* first = a.as_optional();
      const Val* second = b.as_optional();
      if (first == nullptr || second == nullptr) return first == second;
      return equal(*first, *second, work);
    }
    case Kind::kOpaque:
      return a.as_opaque().type_name() == b.as_opaque().type_name() &&
             a.as_opaque().equals(b.as_opaque());
    default:
      return false;
  }
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

std::string format_double(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific);
  const std::string_view shortest(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = shortest.find('e');
  const int exponent = std::atoi(std::string(shortest.substr(e + 1)).c_str());
  if (exponent < -4 || exponent >= 6) return std::string(shortest);
  std::array<char, 64> plain{};
  const auto plain_end =
      std::to_chars(plain.data(), plain.data() + plain.size(), value, std::chars_format::fixed);
  return {plain.data(), plain_end.ptr};
}

}  // namespace inferlab::sim::cel
