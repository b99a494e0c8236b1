#include "labs/calibrate/profile_file.h"

#include <fmt/format.h>

#include <optional>

#include "engine/base/printable.h"
#include "labs/calibrate/profile_tables.h"
#include "labs/spec/text_file.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxNameBytes = 200;
constexpr sim::YamlLimits kLimits{
    .max_bytes = kMaxBytes, .max_depth = 8, .max_nodes = 50'000, .max_documents = 2};

// The same names both ways: `member` for what is read, Value::Member for what is written.

Calibration::Device device_from(const Value& row) {
  return {.backend = row["backend"].str(),
          .name = row["name"].str(),
          .threads = row["threads"].as_int(),
          .memory_bytes = row["memoryBytes"].as_int()};
}
Value value_of(const Calibration::Device& device) {
  return Value::object({{"backend", device.backend},
                        {"name", device.name},
                        {"threads", device.threads},
                        {"memoryBytes", device.memory_bytes}});
}

/// Its numbers, by name.
struct ModelField {
  const char* name;
  std::int64_t Calibration::ModelShape::*member;
};
constexpr ModelField kModelFields[] = {
    {"parameters", &Calibration::ModelShape::parameters},
    {"weightsBytes", &Calibration::ModelShape::weights_bytes},
    {"layers", &Calibration::ModelShape::layers},
    {"hiddenSize", &Calibration::ModelShape::hidden_size},
    {"ffnSize", &Calibration::ModelShape::ffn_size},
    {"heads", &Calibration::ModelShape::heads},
    {"kvHeads", &Calibration::ModelShape::kv_heads},
    {"headDim", &Calibration::ModelShape::head_dim},
    {"vocabulary", &Calibration::ModelShape::vocabulary},
    {"maxModelLen", &Calibration::ModelShape::max_model_len},
};

Calibration::ModelShape model_from(const Value& row) {
  Calibration::ModelShape model;
  model.name = row["name"].str();
  model.architecture = row["architecture"].str();
  model.weight_type = row["weightType"].str();
  for (const ModelField& field : kModelFields) model.*field.member = row[field.name].as_int();
  return model;
}
Value value_of(const Calibration::ModelShape& model) {
  Value::Object out = {{"name", model.name},
                       {"architecture", model.architecture},
                       {"weightType", model.weight_type}};
  for (const ModelField& field : kModelFields) out.push_back({field.name, model.*field.member});
  return Value::object(std::move(out));
}

Calibration::Load load_from(const Value& row) {
  Calibration::Load load;
  load.warm_ns = row["warmNs"].as_int();
  if (row.has("coldNs")) load.cold_ns = row["coldNs"].as_int();
  load.cold_resident = row["coldResident"].as_double() + 0.0;
  return load;
}
Value value_of(const Calibration::Load& load) {
  Value::Object out = {{"warmNs", load.warm_ns}, {"coldResident", load.cold_resident}};
  if (load.cold_ns) out.push_back({"coldNs", *load.cold_ns});
  return Value::object(std::move(out));
}

Calibration::Kv kv_from(const Value& row) {
  Calibration::Kv kv{.type = row["type"].str(),
                     .block_size = row["blockSize"].as_int(),
                     .memory_bytes = row["memoryBytes"].as_int(),
                     .capacity = {}};
  for (const Value& each : row["capacity"].items()) {
    kv.capacity.push_back(
        {each["type"].str(), each["bytesPerBlock"].as_int(), each["blocks"].as_int()});
  }
  return kv;
}
Value value_of(const Calibration::Kv& kv) {
  Value::Array capacity;
  for (const Calibration::KvCapacity& each : kv.capacity) {
    capacity.push_back(Value::object(
        {{"type", each.type}, {"bytesPerBlock", each.bytes_per_block}, {"blocks", each.blocks}}));
  }
  return Value::object({{"type", kv.type},
                        {"blockSize", kv.block_size},
                        {"memoryBytes", kv.memory_bytes},
                        {"capacity", Value::array(std::move(capacity))}});
}

CalibratedPoint point_from(const Value& row) {
  return {.shape = {.prompts = row["prompts"].as_int(),
                    .prompt_tokens = row["promptTokens"].as_int(),
                    .prompt_context = row["promptContext"].as_int(),
                    .prompt_samples = row["promptSamples"].as_bool(),
                    .sequences = row["sequences"].as_int(),
                    .context = row["context"].as_int()},
          .held_out = row["heldOut"].as_bool(),
          .ns = row["ns"].as_int(),
          .runs = row["runs"].as_int()};
}
Value value_of(const CalibratedPoint& point) {
  const StepShape& shape = point.shape;
  return Value::object({{"prompts", shape.prompts},
                        {"promptTokens", shape.prompt_tokens},
                        {"promptContext", shape.prompt_context},
                        {"promptSamples", shape.prompt_samples},
                        {"sequences", shape.sequences},
                        {"context", shape.context},
                        {"heldOut", point.held_out},
                        {"ns", point.ns},
                        {"runs", point.runs}});
}

struct StepsField {
  const char* name;
  std::int64_t sim::StepProfile::*member;
};
constexpr StepsField kStepsFields[] = {
    {"logitsNs", &sim::StepProfile::logits_ns},
    {"sampledPs", &sim::StepProfile::sampled_ps},
    {"decodeContextPs", &sim::StepProfile::decode_context_ps},
    {"prefillPairPs", &sim::StepProfile::prefill_pair_ps},
    {"stepNs", &sim::StepProfile::step_ns},
    {"tokenNs", &sim::StepProfile::token_ns},
    {"requestNs", &sim::StepProfile::request_ns},
};

sim::StepProfile steps_from(const Value& row) {
  sim::StepProfile steps;
  for (const Value& knot : row["knots"].items()) {
    steps.knots.push_back({knot["rows"].as_int(), knot["ns"].as_int()});
  }
  for (const StepsField& field : kStepsFields) steps.*field.member = row[field.name].as_int();
  return steps;
}
Value value_of(const sim::StepProfile& steps) {
  Value::Array knots;
  for (const sim::StepProfile::Knot& knot : steps.knots) {
    knots.push_back(Value::object({{"rows", knot.rows}, {"ns", knot.ns}}));
  }
  Value::Object out = {{"knots", Value::array(std::move(knots))}};
  for (const StepsField& field : kStepsFields) out.push_back({field.name, steps.*field.member});
  return Value::object(std::move(out));
}

FitError error_from(const Value& row) {
  // 0.0 more: -0 would be written as another 0.
  return {row["points"].as_int(), row["mean"].as_double() + 0.0, row["p95"].as_double() + 0.0};
}
Value value_of(const FitError& error) {
  return Value::object({{"points", error.points}, {"mean", error.mean}, {"p95", error.p95}});
}

TrialOutcome outcome_from(const Value& row) {
  return {row["ttftNs"].as_int(), row["itlNs"].as_int()};
}
Value value_of(const TrialOutcome& outcome) {
  return Value::object({{"ttftNs", outcome.ttft_ns}, {"itlNs", outcome.itl_ns}});
}

Trial workload_from(const Value& row) {
  Trial workload{.num_blocks = row["numBlocks"].as_int(),
                 .max_num_batched_tokens = row["maxNumBatchedTokens"].as_int(),
                 .max_num_seqs = row["maxNumSeqs"].as_int(),
                 .requests = {},
                 .measured = outcome_from(row["measured"]),
                 .simulated = outcome_from(row["simulated"])};
  for (const Value& each : row["requests"].items()) {
    workload.requests.push_back(
        {each["arrivalNs"].as_int(), each["promptTokens"].as_int(), each["outputTokens"].as_int()});
  }
  return workload;
}
Value value_of(const Trial& workload) {
  Value::Array requests;
  for (const TrialRequest& each : workload.requests) {
    requests.push_back(Value::object({{"arrivalNs", each.arrival_ns},
                                      {"promptTokens", each.prompt_tokens},
                                      {"outputTokens", each.output_tokens}}));
  }
  return Value::object({{"numBlocks", workload.num_blocks},
                        {"maxNumBatchedTokens", workload.max_num_batched_tokens},
                        {"maxNumSeqs", workload.max_num_seqs},
                        {"requests", Value::array(std::move(requests))},
                        {"measured", value_of(workload.measured)},
                        {"simulated", value_of(workload.simulated)}});
}

/// Names go to terminals and into other files.
std::optional<Error> strange_name(const Value& root, const SpecValidator& places) {
  const auto is_strange = [](const Value& text) {
    return printable(text.as_string(), kMaxNameBytes) != text.as_string();
  };
  const auto refused = [&](const std::string& path) {
    return places.error(
        path, fmt::format("must be printable ASCII of at most {} characters", kMaxNameBytes));
  };
  for (const auto& [section, field] : {std::pair{"device", "backend"},
                                       {"device", "name"},
                                       {"model", "name"},
                                       {"model", "architecture"},
                                       {"model", "weightType"},
                                       {"kv", "type"}}) {
    if (is_strange(root[section][field])) return refused(fmt::format(".{}.{}", section, field));
  }
  const Value& capacity = root["kv"]["capacity"];
  for (std::size_t i = 0; i < capacity.size(); ++i) {
    if (is_strange(capacity[i]["type"])) return refused(fmt::format(".kv.capacity[{}].type", i));
  }
  return std::nullopt;
}

/// Of another kind or version, the fields say nothing.
std::optional<Error> not_ours(const Value& root, const SpecValidator& places) {
  if (root["kind"].as_string() != kProfileKind) {
    return places.error(root.has("kind") ? ".kind" : "", "is no profile of inferlab's",
                        "write one with inferlab calibrate --output FILE");
  }
  if (root["version"] != Value(kProfileVersion)) {
    return places.error(root.has("version") ? ".version" : "",
                        fmt::format("is not version {}", kProfileVersion),
                        "calibrate again with this inferlab");
  }
  return std::nullopt;
}

}  // namespace

Result<Calibration> parse_profile(std::string_view text, const std::string& file) {
  INFERLAB_TRY(const std::vector<sim::YamlDocument> documents,
               sim::parse_yaml(text, file, kLimits));
  if (documents.size() != 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}:1:1: document: must be one, found {}", file, documents.size())};
  }
  const Value& root = documents[0].value;
  SpecValidator places(documents[0], file, {});
  if (auto error = not_ours(root, places)) return *error;
  const std::vector<Error> errors = places.validate(kProfileTable);
  if (!errors.empty()) return errors.front();
  if (auto error = strange_name(root, places)) return *error;
  Calibration out{.device = device_from(root["device"]),
                  .model = model_from(root["model"]),
                  .load = load_from(root["load"]),
                  .kv = kv_from(root["kv"]),
                  .points = {},
                  .steps = steps_from(root["steps"]),
                  .fitted = error_from(root["error"]["fitted"]),
                  .held_out = error_from(root["error"]["heldOut"]),
                  .workload = {}};
  for (const Value& row : root["points"].items()) out.points.push_back(point_from(row));
  if (root.has("workload")) out.workload = workload_from(root["workload"]);
  out.steps.name = fmt::format("{} on {}", out.model.name, out.device.name);
  if (!sim::is_valid(out.steps)) {
    return places.error(".steps.knots",
                        "must begin with 1 row, go up in rows and never down in ns");
  }
  return out;
}

Result<Calibration> load_profile(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxBytes));
  return parse_profile(text, path);
}

Value to_value(const Calibration& calibration) {
  Value::Array points;
  for (const CalibratedPoint& point : calibration.points) points.push_back(value_of(point));
  Value::Object out = {{"kind", kProfileKind},
                       {"version", kProfileVersion},
                       {"device", value_of(calibration.device)},
                       {"model", value_of(calibration.model)},
                       {"load", value_of(calibration.load)},
                       {"kv", value_of(calibration.kv)},
                       {"points", Value::array(std::move(points))},
                       {"steps", value_of(calibration.steps)},
                       {"error", Value::object({{"fitted", value_of(calibration.fitted)},
                                                {"heldOut", value_of(calibration.held_out)}})}};
  if (calibration.workload) out.push_back({"workload", value_of(*calibration.workload)});
  return Value::object(std::move(out));
}

}  // namespace inferlab::labs
