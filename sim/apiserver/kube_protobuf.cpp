#include "sim/apiserver/kube_protobuf.h"

#include <fmt/core.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/base64.h"
#include "sim/api/json.h"
#include "sim/api/kind.h"
#include "sim/api/schema.h"
#include "sim/apiserver/protobuf_fields.h"
#include "sim/apiserver/protobuf_reader.h"
#include "sim/apiserver/reviews.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kMagic{"k8s\0", 4};
constexpr int kMaxDepth = 60;

/// "io.k8s.api.core.v1.PodSpec" as the table of field numbers names it.
std::string_view short_name(std::string_view type) {
  for (const std::string_view prefix : {"io.k8s.apimachinery.pkg.apis.", "io.k8s.api."}) {
    if (type.starts_with(prefix)) return type.substr(prefix.size());
  }
  return type;
}

/// Members of an object under construction, by name.
using Members = std::map<std::string, Value, std::less<>>;

Value object_of(Members members) {
  Value::Object result;
  for (auto& [name, value] : members) result.push_back({name, std::move(value)});
  return Value::object(std::move(result));
}

class Decoder {
 public:
  Value message(std::string_view bytes, const Type& type) {
    Members members;
    fill(bytes, short_name(type.name), type, members);
    return object_of(std::move(members));
  }

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxDepth
  void fill(std::string_view bytes, std::string_view message_name, const Type& type,
            Members& members) {
    if (++depth_ > kMaxDepth) failed_ = true;
    ProtobufReader reader(bytes);
    while (!failed_) {
      const auto field = reader.next();
      if (!field) break;
      const auto name = protobuf_field(message_name, field->number);
      if (!name || name->empty()) continue;  // the server's own, or newer than the table
      if (name->starts_with('@')) {
        fill(field->bytes, name->substr(1), type, members);
      } else if (const Field* known = type.find(*name)) {
        add(*known, *field, members[std::string(*name)]);
      }
    }
    failed_ = failed_ || reader.failed();
    --depth_;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void add(const Field& field, const ProtobufReader::Field& wire, Value& into) {
    switch (field.type) {
      case FieldType::kList:
        add_items(field, wire, into);
        break;
      case FieldType::kMap:
        add_entry(field, wire, into);
        break;
      case FieldType::kObject:
        if (field.object != nullptr) into = message(wire.bytes, *field.object);
        break;
      default:
        into = scalar(field.type, wire);
        break;
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void add_items(const Field& field, const ProtobufReader::Field& wire, Value& into) {
    const bool number = field.element == FieldType::kInt32 || field.element == FieldType::kInt64;
    if (number && wire.is_bytes) {
      failed_ = true;  // packed numbers: Kubernetes' encoder does not write them
      return;
    }
    into = into.appended(element(field, wire));
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void add_entry(const Field& field, const ProtobufReader::Field& wire, Value& into) {
    std::string_view key;
    ProtobufReader::Field value;
    value.is_bytes = true;
    ProtobufReader entry(wire.bytes);
    while (const auto part = entry.next()) {
      if (part->number == 1) key = part->bytes;
      if (part->number == 2) value = *part;
    }
    failed_ = failed_ || entry.failed();
    into = into.with(key, element(field, value));
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Value element(const Field& field, const ProtobufReader::Field& wire) {
    if (field.element == FieldType::kObject && field.object != nullptr) {
      return message(wire.bytes, *field.object);
    }
    return scalar(field.element, wire);
  }

  Value scalar(FieldType type, const ProtobufReader::Field& wire) {
    switch (type) {
      case FieldType::kString:
        return wire.bytes;
      case FieldType::kBool:
        return wire.value != 0;
      case FieldType::kInt32:
      case FieldType::kInt64:
        return static_cast<std::int64_t>(wire.value);
      case FieldType::kBytes:
        return to_base64(wire.bytes);
      case FieldType::kQuantity:
        return first_text(wire.bytes);
      case FieldType::kIntOrString:
        return int_or_string(wire.bytes);
      case FieldType::kTime:
        return moment(wire.bytes, false);
      case FieldType::kMicroTime:
        return moment(wire.bytes, true);
      case FieldType::kRaw: {
        auto parsed = parse_json(first_text(wire.bytes));
        return parsed ? *std::move(parsed) : Value();
      }
      default:
        return {};
    }
  }

  std::string_view first_text(std::string_view bytes) {
    ProtobufReader reader(bytes);
    std::string_view text;
    while (const auto part = reader.next()) {
      if (part->number == 1) text = part->bytes;
    }
    failed_ = failed_ || reader.failed();
    return text;
  }

  Value int_or_string(std::string_view bytes) {
    ProtobufReader reader(bytes);
    std::uint64_t kind = 0;
    std::int64_t number = 0;
    std::string_view text;
    while (const auto part = reader.next()) {
      if (part->number == 1) kind = part->value;
      if (part->number == 2) number = static_cast<std::int64_t>(part->value);
      if (part->number == 3) text = part->bytes;
    }
    failed_ = failed_ || reader.failed();
    return kind == 0 ? Value(number) : Value(text);
  }

  /// Null for Go's zero time, which is an empty message.
  Value moment(std::string_view bytes, bool micro) {
    ProtobufReader reader(bytes);
    std::int64_t seconds = 0;
    std::int64_t nanos = 0;
    while (const auto part = reader.next()) {
      if (part->number == 1) seconds = static_cast<std::int64_t>(part->value);
      if (part->number == 2) nanos = static_cast<std::int64_t>(part->value);
    }
    failed_ = failed_ || reader.failed();
    constexpr std::int64_t kFarAway = 4'000'000'000;  // seconds; keeps the sum below in range
    if (bytes.empty() || seconds < -kFarAway || seconds > kFarAway) return {};
    if (nanos < 0 || nanos >= 1'000'000'000) return {};
    const Time time{std::chrono::seconds(seconds - kEpochOfRun) + std::chrono::nanoseconds(nanos)};
    return micro ? format_rfc3339_micro(time) : format_rfc3339(time);
  }

  int depth_ = 0;
  bool failed_ = false;
};

Error broken() {
  return Error{ErrorKind::kInvalid, "the body of the request is not a valid protobuf message"};
}

}  // namespace

Result<Value> decode_kube_protobuf(std::string_view body) {
  if (!body.starts_with(kMagic)) {
    return Error{ErrorKind::kInvalid,
                 "the body of the request does not begin as Kubernetes' protobuf does"};
  }
  // runtime.Unknown: 1 typeMeta {1 apiVersion, 2 kind}, 2 raw.
  ProtobufReader unknown(body.substr(kMagic.size()));
  std::string_view api_version;
  std::string_view kind;
  std::string_view raw;
  while (const auto field = unknown.next()) {
    if (field->number == 2) raw = field->bytes;
    if (field->number != 1) continue;
    ProtobufReader meta(field->bytes);
    while (const auto part = meta.next()) {
      if (part->number == 1) api_version = part->bytes;
      if (part->number == 2) kind = part->bytes;
    }
    if (meta.failed()) return broken();
  }
  if (unknown.failed()) return broken();
  const Kind* served = KindTable::builtin().by_gvk(api_version, kind);
  const Type* type = served != nullptr ? served->schema : review_type(api_version, kind);
  if (type == nullptr || !protobuf_field(short_name(type->name), 1)) {
    return Error{ErrorKind::kNotFound,
                 fmt::format("{} {} is not understood in protobuf form", api_version, kind)};
  }
  Decoder decoder;
  Value value = decoder.message(raw, *type);
  if (decoder.failed()) return broken();
  return value.with("apiVersion", api_version).with("kind", kind);
}

}  // namespace inferlab::sim
