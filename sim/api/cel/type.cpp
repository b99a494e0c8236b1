#include "sim/api/cel/type.h"

#include <algorithm>
#include <array>

namespace inferlab::sim::cel {

namespace {

// Two types of one expression can share parts so often that printing them would not end.
constexpr std::size_t kMostPrinted = 16384;

constexpr std::array<std::string_view, 11> kSimpleNames = {
    "!error!", "dyn",    "null",  "bool",      "int",     "uint",
    "double",  "string", "bytes", "timestamp", "duration"};

}  // namespace

struct Type::Node {
  std::string name;
  Type first, second;
  int id = -1;
  std::vector<Field> fields;
  Merge merge = Merge::kAtomic;
  std::vector<std::string> merge_keys;
};

Type Type::list(Type item) {
  return list(std::move(item), Merge::kAtomic);
}

Type Type::list(Type item, Merge merge, std::vector<std::string> keys) {
  return {Kind::kList, std::make_shared<const Node>(Node{.name = {},
                                                         .first = std::move(item),
                                                         .second = {},
                                                         .fields = {},
                                                         .merge = merge,
                                                         .merge_keys = std::move(keys)})};
}

Type Type::map(Type key, Type value) {
  return {Kind::kMap, std::make_shared<const Node>(Node{.name = {},
                                                        .first = std::move(key),
                                                        .second = std::move(value),
                                                        .fields = {},
                                                        .merge_keys = {}})};
}

Type Type::object(std::string name) {
  return object(std::move(name), std::vector<Field>());
}

Type Type::object(std::string name, std::vector<Field> fields) {
  std::sort(fields.begin(), fields.end(),
            [](const Field& a, const Field& b) { return a.name < b.name; });
  return {Kind::kObject, std::make_shared<const Node>(Node{.name = std::move(name),
                                                           .first = {},
                                                           .second = {},
                                                           .fields = std::move(fields),
                                                           .merge_keys = {}})};
}

Type Type::optional(Type item) {
  Type list_of = list(std::move(item));
  return {Kind::kOptional, list_of.node_};
}

Type Type::type_of(Type type) {
  Type list_of = list(std::move(type));
  return {Kind::kType, list_of.node_};
}

Type Type::param(std::string name) {
  Type named = object(std::move(name));
  return {Kind::kParam, named.node_};
}

Type Type::variable(int id) {
  return {Kind::kParam, std::make_shared<const Node>(Node{.name = "_var" + std::to_string(id),
                                                          .first = {},
                                                          .second = {},
                                                          .id = id,
                                                          .fields = {},
                                                          .merge_keys = {}})};
}

Type Type::item() const {
  if (node_ == nullptr) return {};
  return kind_ == Kind::kMap ? node_->second : node_->first;
}

Type Type::key() const {
  return kind_ == Kind::kMap ? node_->first : Type();
}

const std::string& Type::name() const {
  static const std::string kNone;
  return node_ == nullptr ? kNone : node_->name;
}

int Type::variable_id() const {
  return node_ == nullptr ? -1 : node_->id;
}

const std::vector<Type::Field>& Type::fields() const& {
  static const std::vector<Field> kNone;
  return node_ == nullptr ? kNone : node_->fields;
}

const Type::Field* Type::field(std::string_view name) const& {
  const std::vector<Field>& all = fields();
  const auto found = std::lower_bound(
      all.begin(), all.end(), name, [](const Field& a, std::string_view b) { return a.name < b; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

Type::Merge Type::merge() const {
  return node_ == nullptr ? Merge::kAtomic : node_->merge;
}

const std::vector<std::string>& Type::merge_keys() const& {
  static const std::vector<std::string> kNone;
  return node_ == nullptr ? kNone : node_->merge_keys;
}

void Type::append_to(std::string& out) const {
  if (out.size() > kMostPrinted) return;
  if (kind_ <= Kind::kDuration) {
    out += kSimpleNames.at(static_cast<std::size_t>(kind_));
    return;
  }
  if (kind_ == Kind::kObject || kind_ == Kind::kParam) {
    out += node_->name;
    return;
  }
  out += runtime_name();
  if (node_ == nullptr) return;
  out += '(';
  node_->first.append_to(out);
  if (kind_ == Kind::kMap) {
    out += ", ";
    node_->second.append_to(out);
  }
  out += ')';
}

std::string Type::str() const {
  std::string out;
  append_to(out);
  return out;
}

std::string Type::runtime_name() const {
  switch (kind_) {
    case Kind::kNull:
      return "null_type";
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
    case Kind::kObject:
    case Kind::kParam:
      return node_->name;
    default:
      return std::string(kSimpleNames.at(static_cast<std::size_t>(kind_)));
  }
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.node_ == b.node_) return true;
  if (a.node_ == nullptr || b.node_ == nullptr) return false;
  return a.node_->name == b.node_->name && a.node_->first == b.node_->first &&
         a.node_->second == b.node_->second;
}

std::string escaped_name(std::string_view json_name) {
  static constexpr std::array<std::string_view, 20> kReserved = {
      "true",    "false",     "null",   "in",       "as",     "break", "const",
      "else",    "for",       "if",     "function", "import", "let",   "loop",
      "package", "namespace", "return", "var",      "void",   "while"};
  if (std::find(kReserved.begin(), kReserved.end(), json_name) != kReserved.end()) {
    return "__" + std::string(json_name) + "__";
  }
  std::string out;
  for (std::size_t i = 0; i < json_name.size(); ++i) {
    const char c = json_name[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    if (c == '_' && i + 1 < json_name.size() && json_name[i + 1] == '_') {
      out += "__underscores__";
      ++i;
    } else if (letter || (digit && i > 0)) {
      out += c;
    } else if (c == '.') {
      out += "__dot__";
    } else if (c == '-') {
      out += "__dash__";
    } else if (c == '/') {
      out += "__slash__";
    } else {
      return {};
    }
  }
  return out;
}

}  // namespace inferlab::sim::cel
