// A kind in one file: GPUs set aside on a node. With its row, INFERLAB_KIND(kGpuReservation), it
// has decoding, validation, patches, tables, discovery and OpenAPI.
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr Field kSpecFields[] = {
    {.name = "gpus", .type = FieldType::kInt32, .description = "How many.", .required = true},
    {.name = "node", .description = "The node that they are on.", .omit_zero = true},
};
constinit const Type kSpec = {"io.inferlab.test.v1.GpuReservationSpec", "", kSpecFields};

constexpr Field kFields[] = {
    {.name = "apiVersion", .omit_zero = true},
    {.name = "kind", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &types::kObjectMeta,
     .default_json = "{}"},
    {.name = "spec", .type = FieldType::kObject, .object = &kSpec, .description = "What is held."},
    {.name = "status", .type = FieldType::kRaw, .description = "Whether it is held."},
};
constinit const Type kGpuReservationType = {"io.inferlab.test.v1.GpuReservation",
                                            "GPUs that are set aside.", kFields};

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"}, {"GPUs", "integer", ""}};

std::vector<Value> cells(const Value& object, Time) {
  return {object["metadata"]["name"], object["spec"]["gpus"].as_int()};
}

void validate(const Value& object, const Value&, FieldErrors& errors) {
  const FieldPath spec("spec");
  validate_not_negative(spec / "gpus", object["spec"]["gpus"], errors);
}

}  // namespace

const Kind kGpuReservation = {.group = "test.inferlab.io",
                              .version = "v1",
                              .kind = "GpuReservation",
                              .plural = "gpureservations",
                              .singular = "gpureservation",
                              .short_names = {"gr"},
                              .categories = {},
                              .verbs = all_verbs(),
                              .subresources = {"status"},
                              .schema = &kGpuReservationType,
                              .counts_generation = true,
                              .validate = validate,
                              .columns = kColumns,
                              .cells = cells};

}  // namespace inferlab::sim::kinds
