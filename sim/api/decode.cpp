#include "sim/api/decode.h"

#include <limits>
#include <optional>

#include "engine/base/check.h"
#include "engine/base/time.h"
#include "sim/api/base64.h"
#include "sim/api/json.h"
#include "sim/api/quantity.h"

namespace inferlab::sim {
namespace {

// The name of a type without its package: "io.k8s.api.apps.v1.DeploymentSpec" is DeploymentSpec.
std::string_view short_name(const Type& type) {
  return type.name.substr(type.name.rfind('.') + 1);
}

// As Go calls it in messages: "v1.PodSpec".
std::string go_name(const Type& type) {
  std::string_view name = type.name;
  const std::size_t dot = name.rfind('.');
  const std::size_t before = name.rfind('.', dot - 1);
  return std::string(name.substr(before + 1));
}

std::string go_scalar(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return "string";
    case FieldType::kBool:
      return "bool";
    case FieldType::kInt32:
      return "int32";
    case FieldType::kInt64:
      return "int64";
    case FieldType::kNumber:
      return "float64";
    case FieldType::kBytes:
      return "[]uint8";
    case FieldType::kQuantity:
      return "resource.Quantity";
    case FieldType::kIntOrString:
      return "intstr.IntOrString";
    case FieldType::kTime:
      return "v1.Time";
    case FieldType::kMicroTime:
      return "v1.MicroTime";
    default:
      return "interface {}";
  }
}

std::string go_type(const Field& field) {
  const std::string element =
      field.object != nullptr
          ? go_name(*field.object)
          : go_scalar(field.type == FieldType::kList || field.type == FieldType::kMap
                          ? field.element
                          : field.type);
  if (field.type == FieldType::kList) return "[]" + element;
  if (field.type == FieldType::kMap) return "map[string]" + element;
  return element;
}

std::string_view json_kind(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kBool:
      return "bool";
    case Value::Kind::kInt:
    case Value::Kind::kDouble:
      return "number";
    case Value::Kind::kString:
      return "string";
    case Value::Kind::kArray:
      return "array";
    case Value::Kind::kObject:
      return "object";
    case Value::Kind::kNull:
      return "null";
  }
  return "null";
}

// Where the decoder is. Frames live on the call stack; text is made of them only for a message.
struct Frame {
  const Frame* parent;
  const Type* type;       // of the object that has the field
  std::string_view name;  // of the field, or the key in a map
  std::int64_t index = -1;
};

std::string go_path(const Frame* frame) {
  std::string out;
  for (; frame != nullptr; frame = frame->parent) {
    if (frame->index >= 0 || frame->type == nullptr) continue;
    out = out.empty() ? std::string(frame->name) : std::string(frame->name) + "." + out;
  }
  return out;
}

std::string strict_path(const Frame* frame) {
  if (frame == nullptr) return "";
  if (frame->index >= 0)
    return strict_path(frame->parent) + "[" + std::to_string(frame->index) + "]";
  const std::string before = strict_path(frame->parent);
  return before.empty() ? std::string(frame->name) : before + "." + std::string(frame->name);
}

class Decoder {
 public:
  Decoder(std::vector<std::string>* unknown, DecodeWords words)
      : unknown_(unknown), words_(words) {}

  std::optional<std::string> error;
  std::string place;  // of the error

  // Each reads `in` and, when the outcome differs, writes it to `out` and returns true. A null
  // `out` means: leave the field out.

  bool object(const Type& type, const Value& in, Value& out, const Frame* parent) {
    const Value::Object& members = in.members();
    Value::Object made;
    bool copying = false;
    auto member = members.begin();
    auto field = type.fields.begin();
    const auto start_copy = [&] {
      if (copying) return;
      copying = true;
      made.reserve(members.size() + 4);
      made.insert(made.end(), members.begin(), member);
    };
    while ((member != members.end() || field != type.fields.end()) && !error) {
      const int order = member == members.end()      ? 1
                        : field == type.fields.end() ? -1
                                                     : member->key.compare(field->name);
      if (order < 0) {  // no such field
        if (unknown_ != nullptr) {
          const Frame frame{parent, &type, member->key};
          unknown_->push_back(strict_path(&frame));
        }
        start_copy();
        ++member;
        continue;
      }
      if (order > 0) {
        add_default(*field, parent, &type, made, start_copy);
        ++field;
        continue;
      }
      const Frame frame{parent, &type, field->name};
      Value changed;
      const bool differs = value(*field, member->value, changed, &frame);
      const bool left_out = differs ? changed.is_null() : member->value.is_null();
      if (left_out) {
        start_copy();
        ++member;
        add_default(*field, parent, &type, made, start_copy);
        ++field;
        continue;
      }
      if (differs) {
        start_copy();
        made.push_back({member->key, std::move(changed)});
      } else if (copying) {
        made.push_back(*member);
      }
      ++member;
      ++field;
    }
    if (!copying) return false;
    out = Value::object(std::move(made));
    return true;
  }

 private:
  template <typename StartCopy>
  void add_default(const Field& field, const Frame* parent, const Type* type, Value::Object& made,
                   const StartCopy& start_copy) {
    if (field.default_json.empty()) return;
    Value fill = default_of(field);
    if (field.type == FieldType::kObject) {
      const Frame frame{parent, type, field.name};
      Value deeper;
      if (object(*field.object, fill, deeper, &frame)) fill = std::move(deeper);
    }
    start_copy();
    made.push_back({std::string(field.name), std::move(fill)});
  }

  bool value(const Field& field, const Value& in, Value& out, const Frame* frame) {
    if (in.is_null()) return false;
    switch (field.type) {
      case FieldType::kObject:
        if (!in.is_object()) return mismatch(in, go_type(field), frame);
        return object(*field.object, in, out, frame);
      case FieldType::kList:
        return list(field, in, out, frame);
      case FieldType::kMap:
        return map(field, in, out, frame);
      default:
        break;
    }
    const bool differs = scalar(field.type, in, out, frame);
    if (field.type == FieldType::kString && in.is_string() && in.empty() &&
        field.default_json.size() > std::string_view("\"\"").size()) {
      out = default_of(field);  // Go's defaults take an empty text for one that is not stated
      return true;
    }
    if (field.omit_zero) {
      const Value& now = differs ? out : in;
      const bool zero = now.is_bool()  ? !now.as_bool()
                        : now.is_int() ? now.as_int() == 0
                                       : now.empty();
      if (zero) {
        out = Value();
        return true;
      }
    }
    return differs;
  }

  bool list(const Field& field, const Value& in, Value& out, const Frame* frame) {
    if (!in.is_array()) return mismatch(in, go_type(field), frame);
    if (in.empty()) {
      out = Value();  // Go's omitempty
      return true;
    }
    Value::Array made;
    bool copying = false;
    std::int64_t index = 0;
    for (const Value& item : in.items()) {
      const Frame at{frame, nullptr, {}, index};
      Value changed;
      const bool differs = element(field, item, changed, &at, frame);
      if (error) return false;
      if (differs && !copying) {
        copying = true;
        made.assign(in.items().begin(), in.items().begin() + index);
      }
      if (copying) made.push_back(differs ? std::move(changed) : item);
      ++index;
    }
    if (copying) out = Value::array(std::move(made));
    return copying;
  }

  bool map(const Field& field, const Value& in, Value& out, const Frame* frame) {
    if (!in.is_object()) return mismatch(in, go_type(field), frame);
    if (in.empty()) {
      out = Value();
      return true;
    }
    Value::Object made;
    bool copying = false;
    std::size_t index = 0;
    for (const Value::Member& member : in.members()) {
      const Frame at{frame, nullptr, member.key};
      Value changed;
      const bool differs = element(field, member.value, changed, &at, frame);
      if (error) return false;
      if (differs && !copying) {
        copying = true;
        made.assign(in.members().begin(),
                    in.members().begin() + static_cast<std::ptrdiff_t>(index));
      }
      if (copying) made.push_back({member.key, differs ? std::move(changed) : member.value});
      ++index;
    }
    if (copying) out = Value::object(std::move(made));
    return copying;
  }

  // An item of a list or a map. Here a null is Go's zero.
  bool element(const Field& field, const Value& in, Value& out, const Frame* at,
               const Frame* field_frame) {
    if (field.object != nullptr) {
      if (in.is_null()) {
        static const Value kEmpty = Value::object();
        if (!object(*field.object, kEmpty, out, at)) out = kEmpty;
        return true;
      }
      if (in.is_object()) return object(*field.object, in, out, at);
      mismatch(in, go_name(*field.object), field_frame);
      return placed(at);
    }
    if (in.is_null()) {
      if (field.element == FieldType::kString) out = Value("");
      return field.element == FieldType::kString;
    }
    const bool differs = scalar(field.element, in, out, field_frame);
    return error ? placed(at) : differs;
  }

  // Go's messages name the field that has the element; what is at fault is the element.
  bool placed(const Frame* at) {
    place = strict_path(at);
    return false;
  }

  bool scalar(FieldType type, const Value& in, Value& out, const Frame* frame) {
    switch (type) {
      case FieldType::kString:
        if (!in.is_string()) return mismatch(in, "string", frame);
        return false;
      case FieldType::kBool:
        if (!in.is_bool()) return mismatch(in, "bool", frame);
        return false;
      case FieldType::kInt32:
      case FieldType::kInt64:
        return integer(type, in, frame);
      case FieldType::kNumber:
        if (!in.is_number()) return mismatch(in, "float64", frame);
        return false;
      case FieldType::kQuantity:
        return quantity(in, out, frame);
      case FieldType::kIntOrString:
        if (in.is_string()) return false;
        if (!in.is_int() || in.as_int() != static_cast<std::int32_t>(in.as_int())) {
          return fail("json: cannot unmarshal " + described(in) + " into Go value of type int32",
                      frame);
        }
        return false;
      case FieldType::kTime:
      case FieldType::kMicroTime:
        return time(type, in, out, frame);
      case FieldType::kBytes: {
        if (!in.is_string()) return mismatch(in, "[]uint8", frame);
        if (const auto at = base64_error(in.as_string())) {
          return fail("illegal base64 data at input byte " + std::to_string(*at), frame);
        }
        return false;
      }
      default:
        return false;  // raw
    }
  }

  bool integer(FieldType type, const Value& in, const Frame* frame) {
    const bool wide = type == FieldType::kInt64;
    if (!in.is_number()) return mismatch(in, wide ? "int64" : "int32", frame);
    if (!in.is_int() || (!wide && in.as_int() != static_cast<std::int32_t>(in.as_int()))) {
      return mismatch(in, wide ? "int64" : "int32", frame, " " + to_json(in));
    }
    return false;
  }

  bool quantity(const Value& in, Value& out, const Frame* frame) {
    if (!in.is_string() && !in.is_number()) return fail(std::string(Quantity::why_not("")), frame);
    std::string text = in.is_string() ? in.str() : to_json(in);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    text = first == std::string::npos ? "" : text.substr(first, last - first + 1);
    const std::string_view why = Quantity::why_not(text);
    if (!why.empty()) return fail(std::string(why), frame);
    std::string normal = Quantity::normalized(text);
    if (in.is_string() && normal == in.as_string()) return false;
    out = Value(std::move(normal));
    return true;
  }

  bool time(FieldType type, const Value& in, Value& out, const Frame* frame) {
    if (!in.is_string()) return mismatch(in, "string", frame);
    const auto time = parse_rfc3339(in.as_string());
    if (!time) {
      return fail("parsing time \"" + in.str() + "\" as \"2006-01-02T15:04:05" +
                      (type == FieldType::kTime ? "Z07:00" : ".000000Z07:00") +
                      "\": cannot parse \"" + in.str() + "\" as \"2006\"",
                  frame);
    }
    std::string normal =
        type == FieldType::kTime ? format_rfc3339(*time) : format_rfc3339_micro(*time);
    if (normal == in.as_string()) return false;
    out = Value(std::move(normal));
    return true;
  }

  // As apimachinery's converter from unstructured objects puts it.
  static std::string converter_text(const Value& in, const std::string& wanted) {
    const std::string given = in.is_string()                      ? "string"
                              : in.is_bool()                      ? "bool"
                              : in.is_int()                       ? "int64"
                              : in.kind() == Value::Kind::kDouble ? "float64"
                              : in.is_array()                     ? "slice"
                                                                  : "map";
    if (wanted.starts_with("[]")) return "cannot restore slice from " + given;
    if (wanted.starts_with("map[")) return "cannot restore map from " + given;
    if (wanted.find('.') != std::string::npos) return "cannot restore struct from: " + given;
    const bool number_to = in.is_number() && (wanted == "string" || wanted.starts_with("int"));
    if (number_to) return "cannot convert " + given + " to " + wanted;
    return "unrecognized type: " + wanted;
  }

  static std::string described(const Value& in) {
    return std::string(json_kind(in)) + (in.is_number() ? " " + to_json(in) : "");
  }

  bool mismatch(const Value& in, const std::string& wanted, const Frame* frame,
                const std::string& shown = {}) {
    if (words_ == DecodeWords::kConverter) return fail(converter_text(in, wanted), frame);
    const Frame* named = frame;
    while (named != nullptr && named->type == nullptr) named = named->parent;
    const std::string where =
        named == nullptr
            ? "Go value"
            : "Go struct field " + std::string(short_name(*named->type)) + "." + go_path(frame);
    return fail("json: cannot unmarshal " + std::string(json_kind(in)) + shown + " into " + where +
                    " of type " + wanted,
                frame);
  }

  bool fail(std::string why, const Frame* frame) {
    if (!error) {
      error = std::move(why);
      place = strict_path(frame);
    }
    return false;
  }

  std::vector<std::string>* unknown_;
  DecodeWords words_;
};

}  // namespace

Value default_of(const Field& field) {
  const std::string_view text = field.default_json;
  static const Value kEmptyObject = Value::object();
  static const Value kEmptyText = Value("");
  if (text.empty() || text == "null") return {};
  if (text == "{}") return kEmptyObject;
  if (text == "\"\"") return kEmptyText;
  if (text == "0") return Value(0);
  if (text == "false") return Value(false);
  auto parsed = parse_json(text);
  INFERLAB_CHECK(parsed.has_value());
  return std::move(parsed).value();
}

Result<Value> decode(const Type& type, const Value& body, std::vector<std::string>* unknown,
                     DecodeWords words, std::string* place) {
  if (!body.is_object()) {
    return Error{ErrorKind::kInvalid, "json: cannot unmarshal " + std::string(json_kind(body)) +
                                          " into Go value of type " + go_name(type)};
  }
  Decoder decoder(unknown, words);
  Value out;
  const bool differs = decoder.object(type, body, out, nullptr);
  if (decoder.error && place != nullptr) *place = decoder.place;
  if (decoder.error) return Error{ErrorKind::kInvalid, *decoder.error};
  return differs ? out : body;
}

}  // namespace inferlab::sim
