#include "sim/api/cel/value_adapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/api/base64.h"
#include "sim/api/cel/time.h"

namespace inferlab::sim::cel {

namespace {

class ValueList final : public ListData {
 public:
  ValueList(Value value, Type type) : value_(std::move(value)), type_(std::move(type)) {}
  [[nodiscard]] std::size_t size() const override { return value_.size(); }
  [[nodiscard]] Val at(std::size_t index) const override {
    return from_value(value_[index], type_.item());
  }
  [[nodiscard]] Type type() const override { return type_; }

 private:
  Value value_;
  Type type_;
};

// An object with declared fields, a map, or one of which nothing is known.
class ValueMap final : public MapData {
 public:
  ValueMap(Value value, Type type) : value_(std::move(value)), type_(std::move(type)) {}
  [[nodiscard]] std::size_t size() const override { return value_.size(); }
  [[nodiscard]] Val key_at(std::size_t index) const override {
    const std::string& key = value_.members().at(index).key;
    return Val::string(type_.kind() == Type::Kind::kObject ? escaped_name(key) : key);
  }
  [[nodiscard]] Val value_at(std::size_t index) const override {
    const Value::Member& member = value_.members().at(index);
    return from_value(member.value, type_of(member.key));
  }
  [[nodiscard]] std::optional<Val> find(const Val& key) const override {
    if (!key.is(Val::Kind::kString)) return std::nullopt;
    std::string_view name = key.as_string();
    const Type::Field* field = nullptr;
    if (type_.kind() == Type::Kind::kObject) {
      field = type_.field(name);
      if (field == nullptr) return std::nullopt;
      name = field->json_name;
    }
    const Value* value = value_.find(name);
    if (value == nullptr) return std::nullopt;
    return from_value(*value, field != nullptr ? field->type : type_.item());
  }

 private:
  [[nodiscard]] Type type_of(const std::string& json_name) const {
    if (type_.kind() != Type::Kind::kObject) return type_.item();
    for (const Type::Field& field : type_.fields()) {
      if (field.json_name == json_name) return field.type;
    }
    return {};
  }

  Value value_;
  Type type_;
};

class LazyObject final : public MapData {
 public:
  using Field = std::pair<std::string, std::function<Val()>>;
  explicit LazyObject(std::vector<Field> fields)
      : fields_(std::move(fields)), values_(fields_.size()) {}
  [[nodiscard]] std::size_t size() const override { return fields_.size(); }
  [[nodiscard]] Val key_at(std::size_t index) const override {
    return Val::string(fields_.at(index).first);
  }
  [[nodiscard]] Val value_at(std::size_t index) const override {
    std::optional<Val>& value = values_.at(index);
    if (!value) value = fields_.at(index).second();
    return *value;
  }
  [[nodiscard]] std::optional<Val> find(const Val& key) const override {
    if (!key.is(Val::Kind::kString)) return std::nullopt;
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) {
      return field.first == key.as_string();
    });
    if (found == fields_.end()) return std::nullopt;
    return value_at(static_cast<std::size_t>(found - fields_.begin()));
  }

 private:
  std::vector<Field> fields_;
  mutable std::vector<std::optional<Val>> values_;  // those that were asked for
};

// Go's name for what a document holds, which error texts show.
std::string_view go_type(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "<nil>";
    case Value::Kind::kBool:
      return "bool";
    case Value::Kind::kInt:
      return "int64";
    case Value::Kind::kDouble:
      return "float64";
    case Value::Kind::kString:
      return "string";
    case Value::Kind::kArray:
      return "[]interface {}";
    case Value::Kind::kObject:
      return "map[string]interface {}";
  }
  return {};
}

Val unexpected(std::string_view wanted, const Value& value) {
  return Val::error(fmt::format("invalid data, expected {}, got {}", wanted, go_type(value)));
}

Val dynamic(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return {};
    case Value::Kind::kBool:
      return Val::boolean(value.as_bool());
    case Value::Kind::kInt:
      return Val::integer(value.as_int());
    case Value::Kind::kDouble:
      return Val::number(value.as_double());
    case Value::Kind::kString:
      return Val::shared_string(value);
    case Value::Kind::kArray:
      return Val::list(std::make_shared<const ValueList>(value, Type::list({})));
    case Value::Kind::kObject:
      return Val::map(std::make_shared<const ValueMap>(value, Type::map({}, {})));
  }
  return {};
}

Val from_text(const Value& value, Type::Kind kind) {
  if (!value.is_string()) return unexpected("string", value);
  const std::string_view text = value.as_string();
  if (kind == Type::Kind::kDuration) {
    const std::optional<Span> span = parse_span(text);
    return span ? Val::duration(*span) : Val::error(fmt::format("Invalid duration {}", text));
  }
  if (kind == Type::Kind::kTimestamp) {
    std::optional<Timestamp> time = parse_timestamp(text);
    if (!time) time = parse_date(text);
    return time ? Val::timestamp(*time)
                : Val::error(fmt::format("Invalid date-time formatted string {}", text));
  }
  std::optional<std::string> bytes = from_base64(text);
  return bytes ? Val::bytes(*std::move(bytes))
               : Val::error(fmt::format("Invalid byte formatted string {}", text));
}

Error unprintable(const Val& val) {
  return {ErrorKind::kInvalid, "a value of type " + val.type_name() + " has no form in JSON"};
}

}  // namespace

Val from_value(const Value& value, const Type& type) {
  if (value.is_null()) return {};
  switch (type.kind()) {
    case Type::Kind::kBool:
      return value.is_bool() ? Val::boolean(value.as_bool()) : unexpected("bool", value);
    case Type::Kind::kInt:
      return value.is_int() ? Val::integer(value.as_int()) : unexpected("int", value);
    case Type::Kind::kDouble:
      return value.is_number() ? Val::number(value.as_double()) : unexpected("float", value);
    case Type::Kind::kString:
      return value.is_string() ? Val::shared_string(value) : unexpected("string", value);
    case Type::Kind::kBytes:
    case Type::Kind::kTimestamp:
    case Type::Kind::kDuration:
      return from_text(value, type.kind());
    case Type::Kind::kList:
      if (value.is_array()) return Val::list(std::make_shared<const ValueList>(value, type));
      return Val::error("invalid data, expected an array for the provided schema with type=array");
    case Type::Kind::kMap:
    case Type::Kind::kObject:
      if (value.is_object()) return Val::map(std::make_shared<const ValueMap>(value, type));
      return Val::error("invalid data, expected a map for the provided schema with type=object");
    default:
      return dynamic(value);
  }
}

Val lazy_object(std::vector<std::pair<std::string, std::function<Val()>>> fields) {
  return Val::map(std::make_shared<const LazyObject>(std::move(fields)));
}

Result<Value> to_value(const Val& val) {
  switch (val.kind()) {
    case Val::Kind::kNull:
      return Value();
    case Val::Kind::kBool:
      return Value(val.as_bool());
    case Val::Kind::kInt:
      return Value(val.as_int());
    case Val::Kind::kUint:
      if (val.as_uint() > static_cast<std::uint64_t>(INT64_MAX)) return unprintable(val);
      return Value(static_cast<std::int64_t>(val.as_uint()));
    case Val::Kind::kDouble:
      return Value(val.as_double());
    case Val::Kind::kString:
      return val.string_value();
    case Val::Kind::kBytes:
      return Value(to_base64(val.as_bytes()));
    case Val::Kind::kTimestamp:
    case Val::Kind::kDuration:
      return Value(val.text());
    case Val::Kind::kList: {
      Value::Array items;
      for (std::size_t i = 0; i < val.as_list().size(); ++i) {
        INFERLAB_TRY(Value item, to_value(val.as_list().at(i)));
        items.push_back(std::move(item));
      }
      return Value::array(std::move(items));
    }
    case Val::Kind::kMap: {
      Value::Object members;
      for (std::size_t i = 0; i < val.as_map().size(); ++i) {
        const Val key = val.as_map().key_at(i);
        INFERLAB_TRY(Value member, to_value(val.as_map().value_at(i)));
        members.push_back({.key = key.text(), .value = std::move(member)});
      }
      return Value::object(std::move(members));
    }
    case Val::Kind::kError:
      return Error{ErrorKind::kInvalid, val.error_text()};
    default:
      return unprintable(val);
  }
}

}  // namespace inferlab::sim::cel
