#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/api/cel/type.h"
#include "sim/api/value.h"

namespace inferlab::sim::cel {

class Val;

/// A moment: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second. From year 1 to
/// 9999. Wider than the simulator's Time, which spans 584 years.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
  friend auto operator<=>(const Timestamp& a, const Timestamp& b) = default;
};

/// A span of time in nanoseconds, as Go's time.Duration.
struct Span {
  std::int64_t nanos = 0;
  friend auto operator<=>(const Span& a, const Span& b) = default;
};

struct Bytes {
  std::shared_ptr<const std::string> data;
};

/// What an evaluation came to instead of a value. Errors travel as values, since && and || may
/// absorb them (CEL language definition, "Logical operators").
struct EvalError {
  std::shared_ptr<const std::string> text;
};

/// Items by index. Immutable.
class ListData {
 public:
  ListData() = default;
  ListData(const ListData&) = delete;
  ListData& operator=(const ListData&) = delete;
  virtual ~ListData() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual Val at(std::size_t index) const = 0;  // checks: index < size()
  /// How x-kubernetes-list-type makes two lists equal and adds them.
  [[nodiscard]] virtual Type type() const { return Type::list({}); }
};

/// Entries in a fixed order. Immutable to its users; it may work its values out when asked.
class MapData {
 public:
  MapData() = default;
  MapData(const MapData&) = delete;
  MapData& operator=(const MapData&) = delete;
  virtual ~MapData() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual Val key_at(std::size_t index) const = 0;
  [[nodiscard]] virtual Val value_at(std::size_t index) const = 0;
  [[nodiscard]] virtual std::optional<Val> find(const Val& key) const = 0;
};

/// A value of a library's own type: kubernetes.Quantity, net.IP. Immutable.
class Opaque {
 public:
  Opaque() = default;
  Opaque(const Opaque&) = delete;
  Opaque& operator=(const Opaque&) = delete;
  virtual ~Opaque() = default;
  [[nodiscard]] virtual std::string_view type_name() const = 0;
  [[nodiscard]] virtual bool equals(const Opaque& other) const = 0;
  [[nodiscard]] virtual std::string text() const = 0;
  /// What CEL's cost tracker takes for its size; 1 for what has none.
  [[nodiscard]] virtual std::size_t cost_size() const { return 1; }
};

struct Optional;

/// A value of CEL while an expression runs: immutable, a copy is a reference count.
/// Strings, lists and maps that come from a sim Value share it.
/// Source: CEL language definition, "Values".
class Val {
 public:
  enum class Kind : std::uint8_t {
    kError,
    kNull,
    kBool,
    kInt,
    kUint,
    kDouble,
    kString,
    kBytes,
    kTimestamp,
    kDuration,
    kList,
    kMap,
    kType,
    kOptional,
    kOpaque,
  };

  Val() : data_(std::monostate{}) {}
  static Val error(std::string text);
  static Val boolean(bool value) { return Val(value); }
  static Val integer(std::int64_t value) { return Val(value); }
  static Val uinteger(std::uint64_t value) { return Val(value); }
  static Val number(double value) { return Val(value); }
  static Val string(std::string text) { return Val(Value(std::move(text))); }
  /// Shares the text. Checks: text.is_string().
  static Val shared_string(Value text);
  static Val bytes(std::string data);
  static Val timestamp(Timestamp value) { return Val(value); }
  static Val duration(Span value) { return Val(value); }
  static Val list(std::vector<Val> items);
  static Val list(std::shared_ptr<const ListData> items) { return Val(std::move(items)); }
  static Val strings(const std::vector<std::string>& items);
  static Val map(std::shared_ptr<const MapData> entries) { return Val(std::move(entries)); }
  /// Of two entries with one key the last stays. An error when a key is of a type that none has.
  static Val map(std::vector<std::pair<Val, Val>> entries);
  static Val type(Type type) { return Val(std::move(type)); }
  static Val none();
  static Val some(Val value);
  static Val opaque(std::shared_ptr<const Opaque> value) { return Val(std::move(value)); }

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(data_.index()); }
  [[nodiscard]] bool is(Kind kind_asked) const { return kind() == kind_asked; }
  [[nodiscard]] bool is_error() const { return is(Kind::kError); }

  // Each checks that the kind is right.
  [[nodiscard]] const std::string& error_text() const;
  [[nodiscard]] bool as_bool() const { return std::get<bool>(data_); }
  [[nodiscard]] std::int64_t as_int() const { return std::get<std::int64_t>(data_); }
  [[nodiscard]] std::uint64_t as_uint() const { return std::get<std::uint64_t>(data_); }
  [[nodiscard]] double as_double() const { return std::get<double>(data_); }
  /// Valid as long as some copy of this Val lives.
  [[nodiscard]] std::string_view as_string() const { return std::get<Value>(data_).as_string(); }
  [[nodiscard]] const Value& string_value() const { return std::get<Value>(data_); }
  [[nodiscard]] std::string_view as_bytes() const { return *std::get<Bytes>(data_).data; }
  [[nodiscard]] Timestamp as_timestamp() const { return std::get<Timestamp>(data_); }
  [[nodiscard]] Span as_duration() const { return std::get<Span>(data_); }
  [[nodiscard]] const ListData& as_list() const {
    return *std::get<std::shared_ptr<const ListData>>(data_);
  }
  [[nodiscard]] const MapData& as_map() const {
    return *std::get<std::shared_ptr<const MapData>>(data_);
  }
  [[nodiscard]] const Type& as_type() const { return std::get<Type>(data_); }
  /// The value of an optional, nullptr of one without.
  [[nodiscard]] const Val* as_optional() const;
  [[nodiscard]] const Opaque& as_opaque() const {
    return *std::get<std::shared_ptr<const Opaque>>(data_);
  }

  /// "int", "list", "google.protobuf.Timestamp", "kubernetes.Quantity".
  [[nodiscard]] std::string type_name() const;
  /// What an error text shows of it: strings without quotes, [1, 2], {a: 1}. Cut at some length.
  [[nodiscard]] std::string text() const;
  /// Code points, bytes, items or entries; nullopt for what has no size.
  [[nodiscard]] std::optional<std::size_t> size() const;

 private:
  template <typename T>
  explicit Val(T value) : data_(std::move(value)) {}
  void append_to(std::string& out) const;

  std::variant<EvalError, std::monostate, bool, std::int64_t, std::uint64_t, double, Value, Bytes,
               Timestamp, Span, std::shared_ptr<const ListData>, std::shared_ptr<const MapData>,
               Type, std::shared_ptr<const Optional>, std::shared_ptr<const Opaque>>
      data_;  // in the order of Kind
};

struct Optional {
  std::optional<Val> value;
};

/// Counts what an evaluation does, so that a hostile one ends: comparisons within == and in, and
/// bytes or items that it makes.
struct Work {
  std::int64_t steps_left = 20'000'000;
  std::int64_t bytes_left = std::int64_t{64} << 20;
  [[nodiscard]] bool spent() const { return steps_left < 0 || bytes_left < 0; }
};

/// Deep equality; values of different kinds are unequal but for numbers, which compare by what they
/// are. False once `work` is spent: the evaluation is given up then.
bool equal(const Val& a, const Val& b, Work& work);

/// Code points of a UTF-8 text.
std::size_t count_code_points(std::string_view text);

/// Go's "%g": the shortest text that reads back the same; "1e+06" from a million on.
std::string format_double(double value);

}  // namespace inferlab::sim::cel
