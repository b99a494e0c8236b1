// Schema tables: references that several kinds share.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kLocalObjectReferenceFields[] = {
    {.name = "name", .default_json = "\"\""},
};

constexpr Field kObjectReferenceFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "fieldPath", .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "name", .omit_zero = true},
    {.name = "namespace", .omit_zero = true},
    {.name = "resourceVersion", .omit_zero = true},
    {.name = "uid", .omit_zero = true},
};

}  // namespace

constinit const Type kLocalObjectReference = {"io.k8s.api.core.v1.LocalObjectReference", "",
                                              kLocalObjectReferenceFields};
constinit const Type kObjectReference = {"io.k8s.api.core.v1.ObjectReference", "",
                                         kObjectReferenceFields};

}  // namespace inferlab::sim::types
