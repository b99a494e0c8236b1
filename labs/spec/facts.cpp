#include "labs/spec/facts.h"

#include <fmt/format.h>

#include "labs/spec/data_dirs.h"
#include "labs/spec/lab_tables.h"
#include "labs/spec/text_file.h"
#include "labs/spec/text_list.h"
#include "labs/spec/validate.h"
#include "sim/api/quantity.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kMaxFactsBytes = std::size_t{1} << 20;

Result<Value> load_rows(const std::string& relative, const SpecTable& table) {
  INFERLAB_TRY(const std::string path, find_data(relative));
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxFactsBytes));
  INFERLAB_TRY(const std::vector<sim::YamlDocument> documents, sim::parse_yaml(text, path));
  if (documents.size() != 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: must hold one document, holds {}", path, documents.size())};
  }
  const std::vector<Error> errors = SpecValidator(documents[0], path, {}).validate(table);
  if (!errors.empty()) return errors.front();
  return documents[0].value[table.fields[0].name];
}

}  // namespace

std::int64_t units_of(const Value& field, std::int64_t fallback) {
  if (field.is_int()) return field.as_int();
  const auto quantity = sim::Quantity::parse(field.as_string());
  return quantity ? quantity->units() : fallback;
}

sim::GpuSpec gpu_from(const Value& row, sim::GpuSpec base) {
  base.name = row["name"].str();
  base.memory_bytes = units_of(row["memory_bytes"], base.memory_bytes);
  base.memory_bandwidth = row["memory_bandwidth"].as_double(base.memory_bandwidth);
  base.bf16_flops = row["bf16_flops"].as_double(base.bf16_flops);
  base.mfu_prefill = row["mfu_prefill"].as_double(base.mfu_prefill);
  base.mfu_decode = row["mfu_decode"].as_double(base.mfu_decode);
  return base;
}

sim::ModelSpec model_from(const Value& row, sim::ModelSpec base) {
  base.id = row["id"].str();
  for (const Value& revision : row["revisions"].items()) base.revisions.push_back(revision.str());
  base.parameters = row["parameters"].as_double(base.parameters);
  base.layers = static_cast<int>(row["layers"].as_int(base.layers));
  base.weights_bytes = units_of(row["weights_bytes"], base.weights_bytes);
  base.kv_bytes_per_token = units_of(row["kv_bytes_per_token"], base.kv_bytes_per_token);
  base.max_model_len = row["max_model_len"].as_int(base.max_model_len);
  return base;
}

bool is_complete(const sim::GpuSpec& gpu) {
  return gpu.memory_bytes > 0 && gpu.memory_bandwidth > 0 && gpu.bf16_flops > 0;
}

bool is_complete(const sim::ModelSpec& model) {
  return model.parameters > 0 && model.layers > 0 && model.weights_bytes > 0 &&
         model.kv_bytes_per_token > 0 && model.max_model_len > 0;
}

Result<std::vector<sim::GpuSpec>> load_gpu_facts() {
  INFERLAB_TRY(const Value rows, load_rows("assets/facts/gpus.yaml", kGpuFileTable));
  std::vector<sim::GpuSpec> out;
  for (const Value& row : rows.items()) out.push_back(gpu_from(row));
  return out;
}

Result<std::vector<sim::ModelSpec>> load_model_facts() {
  INFERLAB_TRY(const Value rows, load_rows("assets/facts/models.yaml", kModelFileTable));
  std::vector<sim::ModelSpec> out;
  for (const Value& row : rows.items()) out.push_back(model_from(row));
  return out;
}

Result<std::vector<CudaFact>> load_cuda_facts() {
  INFERLAB_TRY(const Value rows, load_rows("assets/facts/cuda.yaml", kCudaFileTable));
  std::vector<CudaFact> out;
  for (const Value& row : rows.items()) {
    CudaFact& fact = out.emplace_back();
    fact.driver = row["driver"].str();
    fact.cuda.version = row["version"].str();
    fact.cuda.least_driver = row["least_driver"].str();
    fact.cuda.compat_branches = text_list(row["compat_branches"]);
  }
  return out;
}

}  // namespace inferlab::labs
