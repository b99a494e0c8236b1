// StatefulSet: Pods with lasting names and claims of their own.
#include "sim/api/defaults/fill.h"
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/workload_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kStatefulSetOrdinalsFields[] = {
    {.name = "start", .type = FieldType::kInt32, .default_json = "0"},
};
constinit const Type kStatefulSetOrdinals = {"io.k8s.api.apps.v1.StatefulSetOrdinals", "",
                                             kStatefulSetOrdinalsFields};

constexpr Field kStatefulSetPersistentVolumeClaimRetentionPolicyFields[] = {
    {.name = "whenDeleted", .omit_zero = true},
    {.name = "whenScaled", .omit_zero = true},
};
constinit const Type kStatefulSetPersistentVolumeClaimRetentionPolicy = {
    "io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", "",
    kStatefulSetPersistentVolumeClaimRetentionPolicyFields};

constexpr Field kRollingUpdateStatefulSetStrategyFields[] = {
    {.name = "maxUnavailable", .type = FieldType::kIntOrString},
    {.name = "partition",
     .type = FieldType::kInt32,
     .description = "Pods with a lower number keep the old version."},
};
constinit const Type kRollingUpdateStatefulSetStrategy = {
    "io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy", "",
    kRollingUpdateStatefulSetStrategyFields};

constexpr Field kStatefulSetUpdateStrategyFields[] = {
    {.name = "rollingUpdate",
     .type = FieldType::kObject,
     .object = &kRollingUpdateStatefulSetStrategy},
    {.name = "type",
     .description = "RollingUpdate, or OnDelete: only Pods that somebody deletes are replaced.",
     .omit_zero = true},
};
constinit const Type kStatefulSetUpdateStrategy = {"io.k8s.api.apps.v1.StatefulSetUpdateStrategy",
                                                   "", kStatefulSetUpdateStrategyFields};

constexpr Field kStatefulSetSpecFields[] = {
    {.name = "minReadySeconds",
     .type = FieldType::kInt32,
     .description = "Seconds that a new Pod must be ready before it counts as available.",
     .omit_zero = true},
    {.name = "ordinals",
     .type = FieldType::kObject,
     .object = &kStatefulSetOrdinals,
     .description = "The number of the first Pod."},
    {.name = "persistentVolumeClaimRetentionPolicy",
     .type = FieldType::kObject,
     .object = &kStatefulSetPersistentVolumeClaimRetentionPolicy,
     .description = "Whether the claims go when the set shrinks or is deleted."},
    {.name = "podManagementPolicy",
     .description = "OrderedReady: one Pod after the other; Parallel: all at once.",
     .omit_zero = true},
    {.name = "replicas",
     .type = FieldType::kInt32,
     .description = "How many Pods there should be; 1 if not stated."},
    {.name = "revisionHistoryLimit",
     .type = FieldType::kInt32,
     .description = "How many old versions of the template are kept; 10 if not stated."},
    {.name = "selector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .description =
         "Which Pods belong to it; must match the template's labels and cannot be changed.",
     .required = true,
     .atomic_map = true},
    {.name = "serviceName",
     .description = "The headless Service that gives each Pod its name in DNS.",
     .required = true,
     .default_json = "\"\""},
    {.name = "template",
     .type = FieldType::kObject,
     .object = &kPodTemplateSpec,
     .description = "The Pods to make.",
     .required = true,
     .default_json = "{}"},
    {.name = "updateStrategy",
     .type = FieldType::kObject,
     .object = &kStatefulSetUpdateStrategy,
     .description = "How Pods are replaced when the template changes.",
     .default_json = "{}"},
    {.name = "volumeClaimTemplates",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPersistentVolumeClaim,
     .description = "Claims that each Pod gets of its own; they stay when the Pod is replaced.",
     .list_type = "atomic"},
};
constinit const Type kStatefulSetSpec = {"io.k8s.api.apps.v1.StatefulSetSpec", "",
                                         kStatefulSetSpecFields};

constexpr Field kStatefulSetConditionFields[] = {
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kStatefulSetCondition = {"io.k8s.api.apps.v1.StatefulSetCondition", "",
                                              kStatefulSetConditionFields};

constexpr Field kStatefulSetStatusFields[] = {
    {.name = "availableReplicas", .type = FieldType::kInt32, .default_json = "0"},
    {.name = "collisionCount", .type = FieldType::kInt32},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kStatefulSetCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "currentReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "currentRevision", .omit_zero = true},
    {.name = "observedGeneration", .type = FieldType::kInt64, .omit_zero = true},
    {.name = "readyReplicas", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "replicas", .type = FieldType::kInt32, .required = true, .default_json = "0"},
    {.name = "updateRevision", .omit_zero = true},
    {.name = "updatedReplicas", .type = FieldType::kInt32, .omit_zero = true},
};
constinit const Type kStatefulSetStatus = {"io.k8s.api.apps.v1.StatefulSetStatus", "",
                                           kStatefulSetStatusFields};

constexpr Field kStatefulSetFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kStatefulSetSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kStatefulSetStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kStatefulSet = {
    "io.k8s.api.apps.v1.StatefulSet",
    "Pods with lasting names and storage of their own, started and replaced in order.",
    kStatefulSetFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Ready", "string", ""},
                                    {"Age", "string", ""},
                                    {"Containers", "string", "", 1},
                                    {"Images", "string", "", 1}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          std::to_string(object["status"]["readyReplicas"].as_int()) + "/" +
              std::to_string(spec["replicas"].as_int()),
          age_of(object, now), container_names(spec["template"]),
          container_images(spec["template"])};
}

// The claims to make, written as objects of their own.
Value default_claim_template(const Value& claim) {
  Value out = filled(claim, {{"apiVersion", "v1"}, {"kind", "PersistentVolumeClaim"}});
  out = out.with("spec", filled(out["spec"], {{"volumeMode", "Filesystem"}}));
  out = out.with("status", filled(out["status"], {{"phase", "Pending"}}));
  return out == claim ? claim : out;
}

Value set_defaults(Value object) {
  const Value& given = object["spec"];
  Value spec = filled(
      given,
      {{"podManagementPolicy", "OrderedReady"}, {"replicas", 1}, {"revisionHistoryLimit", 10}});
  const auto put = [&](const char* field, const Value& value) {
    if (!same_document(value, spec[field])) spec = spec.with(field, value);
  };
  Value strategy = filled(spec["updateStrategy"], {{"type", "RollingUpdate"}});
  if (strategy["type"].as_string() == "RollingUpdate") {
    const Value rolling = filled(strategy["rollingUpdate"], {{"partition", 0}});
    if (!same_document(rolling, strategy["rollingUpdate"]))
      strategy = strategy.with("rollingUpdate", rolling);
  }
  put("updateStrategy", strategy);
  put("persistentVolumeClaimRetentionPolicy",
      filled(spec["persistentVolumeClaimRetentionPolicy"],
             {{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}}));
  put("template", default_pod_template(spec["template"]));
  if (!spec["volumeClaimTemplates"].empty()) {
    put("volumeClaimTemplates", each_item(spec["volumeClaimTemplates"], default_claim_template));
  }
  return same_document(spec, given) ? object : object.with("spec", spec);
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object;
  return object.with("status", Value::object({{"availableReplicas", 0}, {"replicas", 0}}));
}

}  // namespace

const Kind kStatefulSet = {.group = "apps",
                           .version = "v1",
                           .kind = "StatefulSet",
                           .plural = "statefulsets",
                           .singular = "statefulset",
                           .short_names = {"sts"},
                           .categories = {"all"},
                           .verbs = all_verbs(),
                           .subresources = {"scale", "status"},
                           .schema = &types::kStatefulSet,
                           .counts_generation = true,
                           .check_name = check_dns1123_label,
                           .set_defaults = set_defaults,
                           .validate = validate_stateful_set,
                           .prepare = prepare,
                           .columns = kColumns,
                           .cells = cells};

}  // namespace inferlab::sim::kinds
