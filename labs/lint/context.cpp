#include "labs/lint/context.h"

#include <fmt/format.h>

#include <utility>

#include "labs/spec/text_file.h"
#include "labs/spec/text_list.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
constexpr std::string_view kModes[] = {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany",
                                       "ReadWriteOncePod"};

constexpr SpecField kTaintFields[] = {
    {.name = "effect",
     .type = SpecType::kWord,
     .description = "what it does to Pods that do not "
                    "tolerate it",
     .required = true,
     .words = kEffects},
    {.name = "key", .description = "its key", .required = true},
    {.name = "value", .description = "its value; none if left out"},
};
constexpr SpecTable kTaintTable = {"lint-taint", "A taint of every node of the pool.",
                                   kTaintFields};

constexpr SpecField kGpuFields[] = {
    {.name = "memoryGiB",
     .type = SpecType::kNumber,
     .description = "memory of one GPU",
     .required = true,
     .minimum = 0.001,
     .maximum = 1e6},
    {.name = "perNode",
     .type = SpecType::kInteger,
     .description = "GPUs of one node",
     .required = true,
     .minimum = 1,
     .maximum = 1024},
};
constexpr SpecTable kGpuTable = {"lint-gpu", "The GPUs of the pool's nodes.", kGpuFields};

constexpr SpecField kPoolFields[] = {
    {.name = "gpu",
     .type = SpecType::kObject,
     .description = "its GPUs; none if left out",
     .object = &kGpuTable},
    {.name = "labels", .type = SpecType::kLabels, .description = "labels of its nodes"},
    {.name = "name", .description = "for messages", .required = true},
    {.name = "nodes",
     .type = SpecType::kInteger,
     .description = "how many there are, or may be",
     .required = true,
     .minimum = 0,
     .maximum = 1e6},
    {.name = "spot",
     .type = SpecType::kBool,
     .description = "its nodes may be taken away at any "
                    "time"},
    {.name = "taints",
     .type = SpecType::kObjects,
     .description = "taints of its nodes",
     .object = &kTaintTable},
};
constexpr SpecTable kPoolTable = {"lint-pool", "Nodes of one kind.", kPoolFields};

constexpr SpecField kLoadFields[] = {
    {.name = "cold",
     .type = SpecType::kNumber,
     .description = "with nothing cached, seconds",
     .required = true,
     .minimum = 0,
     .maximum = 1e7},
    {.name = "warm",
     .type = SpecType::kNumber,
     .description = "with the weights on the node, "
                    "seconds",
     .minimum = 0,
     .maximum = 1e7},
};
constexpr SpecTable kLoadTable = {"lint-load", "How long a replica takes to load the model.",
                                  kLoadFields};

constexpr SpecField kModelFields[] = {
    {.name = "kvMiBPerToken",
     .type = SpecType::kNumber,
     .description = "KV cache of one token, with 16 bits an element",
     .minimum = 0,
     .maximum = 1e6},
    {.name = "loadSeconds",
     .type = SpecType::kObject,
     .description = "how long it takes to load",
     .object = &kLoadTable},
    {.name = "weightsGiB",
     .type = SpecType::kNumber,
     .description = "its weights, with 16 bits each",
     .required = true,
     .minimum = 0,
     .maximum = 1e6},
};
constexpr SpecTable kModelTable = {"lint-model", "What is known of a model.", kModelFields};

// A table with a field for every key that the document has there: a map from names to `field`.
std::vector<SpecField> fields_for(const Value& map, SpecField field) {
  std::vector<SpecField> out;
  for (const Value::Member& member : map.members()) {
    field.name = member.key;
    out.push_back(field);
  }
  return out;
}

sim::TaintEffect effect_of(std::string_view word) {
  using enum sim::TaintEffect;
  if (word == "NoExecute") return kNoExecute;
  return word == "NoSchedule" ? kNoSchedule : kPreferNoSchedule;
}

ContextPool pool_from(const Value& value) {
  ContextPool out;
  out.name = value["name"].str();
  out.nodes = value["nodes"].as_int();
  out.labels = sim::labels_from(value["labels"]);
  out.spot = value["spot"].as_bool();
  out.gpus_per_node = value["gpu"]["perNode"].as_int();
  out.gpu_memory_gib = value["gpu"]["memoryGiB"].as_double();
  const Value& taints = value["taints"];
  for (const Value& taint : taints.items()) {
    out.taints.push_back(
        {taint["key"].str(), taint["value"].str(), effect_of(taint["effect"].as_string())});
  }
  return out;
}

Context context_from(const Value& root) {
  Context out;
  out.kubernetes = root["kubernetes"].str();
  const Value& pools = root["pools"];
  for (const Value& pool : pools.items()) out.pools.push_back(pool_from(pool));
  const Value& models = root["models"];
  for (const Value::Member& model : models.members()) {
    out.models[model.key] = {.weights_gib = model.value["weightsGiB"].as_double(),
                             .kv_mib_per_token = model.value["kvMiBPerToken"].as_double(),
                             .cold_seconds = model.value["loadSeconds"]["cold"].as_double()};
  }
  out.runtime_overhead_gib_per_gpu =
      root["runtimeOverheadGiBPerGPU"].as_double(out.runtime_overhead_gib_per_gpu);
  if (root.has("maxGenerationSeconds")) {
    out.max_generation_seconds = root["maxGenerationSeconds"].as_double();
  }
  if (root.has("storageClasses")) {
    out.storage_classes.emplace();
    const Value& classes = root["storageClasses"];
    for (const Value::Member& each : classes.members()) {
      (*out.storage_classes)[each.key] = text_list(each.value);
    }
  }
  if (root.has("priorityClasses")) out.priority_classes = text_list(root["priorityClasses"]);
  if (root.has("metrics")) out.metrics = text_list(root["metrics"]);
  if (root.has("approvedRegistries")) {
    out.approved_registries = text_list(root["approvedRegistries"]);
  }
  return out;
}

}  // namespace

const ContextModel* Context::model(std::string_view name) const {
  const auto found = models.find(name);
  return found == models.end() ? nullptr : &found->second;
}

Result<Context> load_context(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxBytes));
  INFERLAB_TRY(const std::vector<sim::YamlDocument> documents, sim::parse_yaml(text, path));
  if (documents.size() != 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}:1:1: document: must be one, found {}", path, documents.size())};
  }
  const Value& root = documents.front().value;
  const std::vector<SpecField> model_fields =
      fields_for(root["models"], {.name = {},
                                  .type = SpecType::kObject,
                                  .description = "a model, by the name that servers are given",
                                  .object = &kModelTable});
  const SpecTable models{"lint-models", "Models, by name.", model_fields};
  const std::vector<SpecField> class_fields = fields_for(
      root["storageClasses"],
      {.name = {}, .type = SpecType::kWords, .description = "its access modes", .words = kModes});
  const SpecTable classes{"lint-storage", "Storage classes, by name.", class_fields};
  const SpecField fields[] = {
      {.name = "approvedRegistries",
       .type = SpecType::kTexts,
       .description = "what images may begin with"},
      {.name = "kubernetes", .description = "the cluster's version, \"1.32\""},
      {.name = "maxGenerationSeconds",
       .type = SpecType::kNumber,
       .description = "how long the longest answer takes",
       .minimum = 0,
       .maximum = 1e7},
      {.name = "metrics",
       .type = SpecType::kTexts,
       .description = "metrics that scalers can read there"},
      {.name = "models", .type = SpecType::kObject, .description = "models", .object = &models},
      {.name = "pools",
       .type = SpecType::kObjects,
       .description = "pools of nodes",
       .object = &kPoolTable},
      {.name = "priorityClasses", .type = SpecType::kTexts, .description = "PriorityClasses"},
      {.name = "runtimeOverheadGiBPerGPU",
       .type = SpecType::kNumber,
       .description = "memory of a GPU that goes to neither weights nor KV cache",
       .minimum = 0,
       .maximum = 1e6},
      {.name = "storageClasses",
       .type = SpecType::kObject,
       .description = "StorageClasses",
       .object = &classes},
  };
  const SpecTable table{"lint-context", "Facts of a cluster that checks of manifests read.",
                        fields};
  SpecValidator validator(documents.front(), path, [](std::string_view) { return nullptr; });
  const std::vector<Error> errors = validator.validate(table);
  if (!errors.empty()) return errors.front();
  return context_from(root);
}

}  // namespace inferlab::labs::lint
