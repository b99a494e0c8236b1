#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "sim/api/schema.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Writes the types that Kubernetes has itself into the schemas of CustomResourceDefinitions, so
/// that a file need not hold the thousands of lines of a PodSpec:
///
///     template: {x-inferlab-type: io.k8s.api.core.v1.PodTemplateSpec}
///     model:
///       x-inferlab-type: io.k8s.api.core.v1.Container
///       x-inferlab-without: [ports]       # fields of the type that are not taken
///       required: [modelFormat]           # what stands beside takes the place of the type's own
///       properties: {modelFormat: …}      # besides the type's, or in place of one of the name
///
/// The names are those of our schema tables. The outcome is what controller-gen makes of such a
/// field: amounts are numbers or texts of a pattern, metadata is an object of which nothing more is
/// said (the API server prunes it), defaults are those of the Go types. A value for each
/// description: the tables' own. Not thread-safe.
/// Source: kubebuilder documentation, "Generating CRDs"; the definitions that the projects publish.
class EmbeddedTypes {
 public:
  /// kInvalid names a type that there is not, and `place` is then the path of the reference within
  /// `schema` (".properties.spec").
  Result<Value> expand(const Value& schema, std::string& place);

 private:
  Result<Value> reference(const Value& node, std::string& place);
  const Value& schema_of(const Type& type);
  Value schema_of(const Field& field);
  Value element_of(const Field& field);

  std::map<std::string_view, Value> made_;  // by the type's name
};

}  // namespace inferlab::sim
