#include "sim/api/cel/type_names.h"

#include <map>
#include <string>

namespace inferlab::sim::cel {

const Type* type_named(std::string_view name) {
  using Kind = Type::Kind;
  static const std::map<std::string, Type, std::less<>> kTypes = {
      {"bool", Type::type_of(Type(Kind::kBool))},
      {"bytes", Type::type_of(Type(Kind::kBytes))},
      {"double", Type::type_of(Type(Kind::kDouble))},
      {"int", Type::type_of(Type(Kind::kInt))},
      {"list", Type::type_of(Type::list({}))},
      {"map", Type::type_of(Type::map({}, {}))},
      {"null_type", Type::type_of(Type(Kind::kNull))},
      {"string", Type::type_of(Type(Kind::kString))},
      {"type", Type::type_of(Type::type_of({}))},
      {"uint", Type::type_of(Type(Kind::kUint))},
      {"optional_type", Type::type_of(Type::optional({}))},
      {"google.protobuf.Timestamp", Type::type_of(Type(Kind::kTimestamp))},
      {"google.protobuf.Duration", Type::type_of(Type(Kind::kDuration))},
      {"net.IP", Type::type_of(Type::object("net.IP"))},
      {"net.CIDR", Type::type_of(Type::object("net.CIDR"))},
      {"kubernetes.Quantity", Type::type_of(Type::object("kubernetes.Quantity"))},
      {"kubernetes.authorization.Authorizer",
       Type::type_of(Type::object("kubernetes.authorization.Authorizer"))},
      {"kubernetes.authorization.PathCheck",
       Type::type_of(Type::object("kubernetes.authorization.PathCheck"))},
      {"kubernetes.authorization.GroupCheck",
       Type::type_of(Type::object("kubernetes.authorization.GroupCheck"))},
      {"kubernetes.authorization.ResourceCheck",
       Type::type_of(Type::object("kubernetes.authorization.ResourceCheck"))},
      {"kubernetes.authorization.Decision",
       Type::type_of(Type::object("kubernetes.authorization.Decision"))},
      {"kubernetes.URL", Type::type_of(Type::object("kubernetes.URL"))},
  };
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? nullptr : &found->second;
}

}  // namespace inferlab::sim::cel
