#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/hash.h"

namespace inferlab::sim {

/// An immutable JSON document with structural sharing: a copy is a reference count, and with()
/// makes a new document that shares all that did not change. Kubernetes objects are Values.
///
/// Members of an object are ordered by key, so that printing and iterating are deterministic.
/// Asking a Value of another kind never fails: operator[] of a string is null, as_int() of null is
/// the fallback. Whether a field has the right type is the schema's business.
/// Values may be read from any thread at the same time.
class Value {
 public:
  enum class Kind : std::uint8_t { kNull, kBool, kInt, kDouble, kString, kArray, kObject };
  struct Member;
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;

  Value() = default;
  Value(std::nullptr_t) {}                                    // NOLINT: a literal
  Value(bool value) : data_(value) {}                         // NOLINT
  Value(int value) : data_(std::int64_t{value}) {}            // NOLINT
  Value(std::int64_t value) : data_(value) {}                 // NOLINT
  Value(std::uint64_t value) = delete;                        // may not fit
  Value(double value) : data_(value) {}                       // NOLINT
  Value(std::string text);                                    // NOLINT
  Value(std::string_view text) : Value(std::string(text)) {}  // NOLINT
  Value(const char* text) : Value(std::string(text)) {}       // NOLINT

  /// Of two members with one key the last stays.
  static Value object(Object members);
  static Value object();  // no default argument: Member is not known yet
  static Value array(Array items = {});
  /// A string array.
  static Value strings(std::span<const std::string> items);

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(data_.index()); }
  [[nodiscard]] bool is_null() const { return kind() == Kind::kNull; }
  [[nodiscard]] bool is_bool() const { return kind() == Kind::kBool; }
  [[nodiscard]] bool is_int() const { return kind() == Kind::kInt; }
  [[nodiscard]] bool is_number() const { return is_int() || kind() == Kind::kDouble; }
  [[nodiscard]] bool is_string() const { return kind() == Kind::kString; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::kArray; }
  [[nodiscard]] bool is_object() const { return kind() == Kind::kObject; }

  [[nodiscard]] bool as_bool(bool fallback = false) const;
  [[nodiscard]] std::int64_t as_int(std::int64_t fallback = 0) const;
  [[nodiscard]] double as_double(double fallback = 0) const;  // of an int too
  /// Valid as long as some copy of this Value lives.
  [[nodiscard]] std::string_view as_string(std::string_view fallback = {}) const;
  [[nodiscard]] std::string str() const { return std::string(as_string()); }

  /// Empty unless this is an array. Not of a temporary: the reference would outlive it, as it does
  /// in `for (item : make().items())`.
  [[nodiscard]] const Array& items() const&;
  const Array& items() const&& = delete;
  /// Empty unless this is an object. Ordered by key.
  [[nodiscard]] const Object& members() const&;
  const Object& members() const&& = delete;
  /// Members or items or, of a string, bytes; 0 for the rest.
  [[nodiscard]] std::size_t size() const;
  /// Null, or without members, items or bytes.
  [[nodiscard]] bool empty() const { return is_null() || (size() == 0 && kind() >= Kind::kString); }

  /// The member, or nullptr.
  [[nodiscard]] const Value* find(std::string_view key) const&;
  const Value* find(std::string_view key) const&& = delete;
  [[nodiscard]] bool has(std::string_view key) const { return this->find(key) != nullptr; }
  /// The member or item, or null. value["spec"]["replicas"] never fails.
  const Value& operator[](std::string_view key) const&;
  const Value& operator[](const char* key) const& { return (*this)[std::string_view(key)]; }
  const Value& operator[](std::size_t index) const&;
  /// Of a temporary: a copy, which shares what it points to.
  Value operator[](std::string_view key) const&& { return (*this)[key]; }
  Value operator[](const char* key) const&& { return (*this)[key]; }
  Value operator[](std::size_t index) const&& { return (*this)[index]; }

  /// A copy with this member set (of a non-object: an object with this member alone).
  [[nodiscard]] Value with(std::string_view key, Value value) const;
  /// A copy without this member; `*this` when it has none.
  [[nodiscard]] Value without(std::string_view key) const;
  /// with() at depth: value.with_path({"status", "phase"}, "Running"). Objects on the way are made.
  [[nodiscard]] Value with_path(std::initializer_list<std::string_view> path, Value value) const;
  [[nodiscard]] Value without_path(std::initializer_list<std::string_view> path) const;
  /// A copy with one more item (of a non-array: an array with this item alone).
  [[nodiscard]] Value appended(Value item) const;

  /// Deep equality; shared parts are not walked. 1 and 1.0 differ.
  friend bool operator==(const Value& a, const Value& b);

  void add_to(RunHash& hash) const;

 private:
  using Path = std::span<const std::string_view>;
  [[nodiscard]] Value with_path(Path path, Value value) const;
  [[nodiscard]] Value without_path(Path path) const;

  std::variant<std::monostate, bool, std::int64_t, double, std::shared_ptr<const std::string>,
               std::shared_ptr<const Array>, std::shared_ptr<const Object>>
      data_;  // in the order of Kind
};

struct Value::Member {
  std::string key;
  Value value;
};

}  // namespace inferlab::sim
