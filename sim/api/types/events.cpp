// Schema tables: Events, core and events.k8s.io.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kEventSeriesFields[] = {
    {.name = "count", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "lastObservedTime", .type = FieldType::kMicroTime, .default_json = "null"},
};

constexpr Field kEventSourceFields[] = {
    {.name = "component", .omit_zero = true},
    {.name = "host", .omit_zero = true},
};

constexpr Field kEventFields[] = {
    {.name = "action", .omit_zero = true},
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "count", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "eventTime", .type = FieldType::kMicroTime, .default_json = "null"},
    {.name = "firstTimestamp", .type = FieldType::kTime, .default_json = "null"},
    {.name = "involvedObject",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .required = true,
     .default_json = "{}",
     .atomic_map = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "lastTimestamp", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .required = true,
     .default_json = "{}"},
    {.name = "reason", .omit_zero = true},
    {.name = "related",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .atomic_map = true},
    {.name = "reportingComponent", .default_json = "\"\""},
    {.name = "reportingInstance", .default_json = "\"\""},
    {.name = "series", .type = FieldType::kObject, .object = &kEventSeries},
    {.name = "source", .type = FieldType::kObject, .object = &kEventSource, .default_json = "{}"},
    {.name = "type", .omit_zero = true},
};

constexpr Field kEventsEventSeriesFields[] = {
    {.name = "count", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "lastObservedTime",
     .type = FieldType::kMicroTime,
     .required = true,
     .default_json = "null"},
};

constexpr Field kEventsEventFields[] = {
    {.name = "action", .omit_zero = true},
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "deprecatedCount", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "deprecatedFirstTimestamp", .type = FieldType::kTime, .default_json = "null"},
    {.name = "deprecatedLastTimestamp", .type = FieldType::kTime, .default_json = "null"},
    {.name = "deprecatedSource",
     .type = FieldType::kObject,
     .object = &kEventSource,
     .default_json = "{}"},
    {.name = "eventTime", .type = FieldType::kMicroTime, .required = true, .default_json = "null"},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "note", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "regarding",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .default_json = "{}",
     .atomic_map = true},
    {.name = "related",
     .type = FieldType::kObject,
     .object = &kObjectReference,
     .atomic_map = true},
    {.name = "reportingController", .omit_zero = true},
    {.name = "reportingInstance", .omit_zero = true},
    {.name = "series", .type = FieldType::kObject, .object = &kEventsEventSeries},
    {.name = "type", .omit_zero = true},
};

}  // namespace

constinit const Type kEventSeries = {"io.k8s.api.core.v1.EventSeries", "", kEventSeriesFields};
constinit const Type kEventSource = {"io.k8s.api.core.v1.EventSource", "", kEventSourceFields};
constinit const Type kEvent = {"io.k8s.api.core.v1.Event",
                               "Something that happened to an object, and how often.",
                               kEventFields};
constinit const Type kEventsEventSeries = {"io.k8s.api.events.v1.EventSeries", "",
                                           kEventsEventSeriesFields};
constinit const Type kEventsEvent = {"io.k8s.api.events.v1.Event",
                                     "Something that happened to an object, and how often.",
                                     kEventsEventFields};

}  // namespace inferlab::sim::types
