#include "sim/api/cel/dispatch.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

bool matches(const Val& val, const Type& type) {
  switch (type.kind()) {
    case Type::Kind::kDyn:
    case Type::Kind::kParam:
    case Type::Kind::kError:
      return true;
    case Type::Kind::kList:
      return val.is(Kind::kList) &&
             (val.as_list().size() == 0 || matches(val.as_list().at(0), type.item()));
    case Type::Kind::kMap:
      return val.is(Kind::kMap) &&
             (val.as_map().size() == 0 || (matches(val.as_map().key_at(0), type.key()) &&
                                           matches(val.as_map().value_at(0), type.item())));
    default:
      return val.type_name() == type.runtime_name();
  }
}

// What the first argument of an operator can be at all. With any other the error names the
// operator.
struct OperatorTrait {
  std::string_view name;
  std::string_view types;
};

constexpr std::string_view kOrdered =
    "bool bytes double google.protobuf.Duration int string google.protobuf.Timestamp uint";

constexpr OperatorTrait kTraits[] = {
    {"_+_", "bytes double google.protobuf.Duration int list string google.protobuf.Timestamp uint"},
    {"_-_", "double google.protobuf.Duration int google.protobuf.Timestamp uint"},
    {"_*_", "double int uint"},
    {"_/_", "double int uint"},
    {"_%_", "int uint"},
    {"-_", "double int google.protobuf.Duration"},
    {"_<_", kOrdered},
    {"_<=_", kOrdered},
    {"_>_", kOrdered},
    {"_>=_", kOrdered},
    {"size", "bytes list map string"},
    {"matches", "string"},
};

// These have methods of their own, which answer for themselves.
constexpr std::string_view kReceivers = "string google.protobuf.Timestamp google.protobuf.Duration";

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

const Overload* matching_overload(const std::vector<const Overload*>& overloads, Args args) {
  const auto found =
      std::find_if(overloads.begin(), overloads.end(), [&](const Overload* overload) {
        return overload->run != nullptr &&
               std::equal(args.begin(), args.end(), overload->params.begin(),
                          overload->params.end(), matches);
      });
  return found == overloads.end() ? nullptr : *found;
}

Val no_overload_at_run_time(std::string_view name, Args args) {
  for (const OperatorTrait& trait : kTraits) {
    if (trait.name != name) continue;
    const std::string type = args[0].type_name();
    if (has_word(trait.types, type) || has_word(kReceivers, type)) return no_such_overload();
    return Val::error(fmt::format("no such overload: {}", name));
  }
  for (const std::string_view plain :
       {"@in", "!_", "contains", "startsWith", "endsWith", "_[_]", "_[?_]"}) {
    if (plain == name) return no_such_overload();
  }
  std::string types;
  for (const Val& arg : args) types += (types.empty() ? "" : ", ") + arg.type_name();
  return Val::error(fmt::format("no such overload: {}({})", name, types));
}

Val not_iterable(const Val& range) {
  std::string name = range.type_name();
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos) name.erase(0, dot + 1);
  if (name == "null_type") name = "Null";
  name[0] = static_cast<char>(name[0] >= 'a' && name[0] <= 'z' ? name[0] - 0x20 : name[0]);
  return Val::error(fmt::format("got 'types.{}', expected iterable type", name));
}

}  // namespace inferlab::sim::cel
