#include "sim/api/cel/overload.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/base/check.h"

namespace inferlab::sim::cel {

namespace {

using Overloads = std::map<std::string, std::vector<Overload>, std::less<>>;

// Reads the signatures of the tables: "list(A), int -> optional(A)".
class SignatureReader {
 public:
  explicit SignatureReader(std::string_view text) : text_(text) {}

  std::vector<Type> params() {
    std::vector<Type> out;
    while (!take("->")) {
      out.push_back(type());
      take(",");
    }
    return out;
  }

  Type type() {
    skip();
    std::size_t length = 0;
    while (length < text_.size() &&
           std::string_view("(), ").find(text_[length]) == std::string_view::npos) {
      ++length;
    }
    const std::string name(text_.substr(0, length));
    text_.remove_prefix(length);
    if (!take("(")) return simple(name);
    const Type first = type();
    if (name == "map") {
      INFERLAB_CHECK(take(","));
      const Type second = type();
      INFERLAB_CHECK(take(")"));
      return Type::map(first, second);
    }
    INFERLAB_CHECK(take(")"));
    if (name == "list") return Type::list(first);
    if (name == "type") return Type::type_of(first);
    INFERLAB_CHECK(name == "optional");
    return Type::optional(first);
  }

 private:
  void skip() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }
  bool take(std::string_view token) {
    skip();
    if (text_.substr(0, token.size()) != token) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  static Type simple(const std::string& name) {
    using Kind = Type::Kind;
    static const std::map<std::string, Kind, std::less<>> kNames = {
        {"dyn", Kind::kDyn},     {"bool", Kind::kBool},           {"int", Kind::kInt},
        {"uint", Kind::kUint},   {"double", Kind::kDouble},       {"string", Kind::kString},
        {"bytes", Kind::kBytes}, {"timestamp", Kind::kTimestamp}, {"duration", Kind::kDuration},
        {"null", Kind::kNull},
    };
    const auto found = kNames.find(name);
    if (found != kNames.end()) return Type(found->second);
    // A capital letter alone is a parameter; what is left is a library's own type.
    return name.size() == 1 ? Type::param(name) : Type::object(name);
  }

  std::string_view text_;
};

void add_library(Overloads& all, Library library) {
  using Form = LibraryRow::Form;
  for (const LibraryRow& row : library) {
    SignatureReader reader(row.signature);
    Overload overload{.name = std::string(row.name),
                      .params = reader.params(),
                      .result = reader.type(),
                      .run = row.run,
                      .cost = row.cost};
    std::vector<Overload>& overloads = all[overload.name];
    if (row.form != Form::kMember) overloads.push_back(overload);
    if (row.form == Form::kGlobal) continue;
    overload.member = true;
    overloads.push_back(std::move(overload));
  }
}

Overloads all_libraries() {
  Overloads out;
  for (const Library library :
       {operator_library(), conversion_library(), time_library(), string_library(),
        format_string_library(), regex_library(), list_library(), optional_library(),
        quantity_library(), network_library(), url_library(), named_format_library(),
        authorizer_library()}) {
    add_library(out, library);
  }
  return out;
}

std::size_t cost_size(const Val& val) {
  if (val.is(Val::Kind::kOpaque)) return val.as_opaque().cost_size();
  return val.size().value_or(1);
}

// ceil(size * numerator / 10), in integers so that no rounding of a double shows.
std::int64_t tenths(std::size_t size, std::size_t numerator = 1) {
  return static_cast<std::int64_t>((size * numerator + 9) / 10);
}

// Bytes, not code points, and rounded down: texts of less than ten bytes are free here.
std::int64_t traversal(const Val& val) {
  std::int64_t out = 0;
  switch (val.kind()) {
    case Val::Kind::kString:
      return static_cast<std::int64_t>(val.as_string().size() / 10);
    case Val::Kind::kBytes:
      return static_cast<std::int64_t>(val.as_bytes().size() / 10);
    case Val::Kind::kList:
      for (std::size_t i = 0; i < val.as_list().size(); ++i) out += traversal(val.as_list().at(i));
      return out;
    case Val::Kind::kMap:
      for (std::size_t i = 0; i < val.as_map().size(); ++i) {
        out += traversal(val.as_map().key_at(i)) + traversal(val.as_map().value_at(i));
      }
      return out;
    default:
      return 1;
  }
}

std::int64_t saturating_product(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) ? INT64_MAX / 4 : std::min(out, INT64_MAX / 4);
}

}  // namespace

std::span<const Overload> find_overloads(std::string_view name) {
  static const Overloads kAll = all_libraries();
  const auto found = kAll.find(name);
  if (found == kAll.end()) return {};
  return found->second;
}

std::int64_t call_cost(Cost cost, Args args, const Val& result) {
  const auto size = [&](std::size_t i) { return cost_size(args[i]); };
  const auto product = [&] {
    return saturating_product(static_cast<std::int64_t>(size(0)),
                              static_cast<std::int64_t>(size(1)));
  };
  switch (cost) {
    case Cost::kNone:
      return 0;
    case Cost::kOne:
      return 1;
    case Cost::kTraverse:
      return tenths(size(0));
    case Cost::kTraverseTwice:
      return tenths(size(0), 2);
    case Cost::kWriteResult:
      return tenths(cost_size(result), 2);
    case Cost::kSmaller:
      return tenths(std::min(size(0), size(1)));
    case Cost::kBoth:
      return tenths(size(0) + size(1));
    case Cost::kItems:
      return traversal(args[0]);
    case Cost::kSecondSize:
      return static_cast<std::int64_t>(size(1));
    case Cost::kContains:
      return saturating_product(tenths(size(0)), tenths(size(1)));
    case Cost::kRegex:
      return saturating_product(tenths(size(0) + 1), static_cast<std::int64_t>((size(1) + 3) / 4));
    case Cost::kProduct:
      return 1 + product();
    case Cost::kProductTwice:
      return 1 + 2 * product();
    case Cost::kContainsIp:
      return tenths(size(0), 2);
    case Cost::kContainsIpText:
      return tenths(size(0), 2) + tenths(size(1));
    case Cost::kContainsCidr:
      return tenths(size(0), 2) + tenths(size(0)) + 1;
    case Cost::kContainsCidrText:
      return tenths(size(0), 2) + tenths(size(0)) + 1 + tenths(size(1));
    case Cost::kAuthorization:
      return 350'000;
  }
  return 1;
}

Val made_string(std::string text, Work& work) {
  work.bytes_left -= static_cast<std::int64_t>(text.size());
  return Val::string(std::move(text));
}

Val made_list(std::vector<Val> items, Work& work) {
  work.bytes_left -= static_cast<std::int64_t>(items.size() * sizeof(Val));
  return Val::list(std::move(items));
}

Val no_such_overload() {
  return Val::error("no such overload");
}

}  // namespace inferlab::sim::cel
