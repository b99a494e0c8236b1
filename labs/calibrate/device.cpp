#include "labs/calibrate/device.h"

#include <algorithm>
#include <chrono>

#include "engine/backend/cpu/cpu_backend.h"
#include "engine/backend/registry.h"
#include "engine/base/printable.h"
#include "engine/serve/serve_options.h"
#include "labs/calibrate/page_cache.h"

namespace inferlab::labs {
namespace {

/// Of a file, in memory: more than this is not a cold start.
constexpr double kMostResident = 0.05;

struct NamedKvType {
  const char* name;
  KvType type;
};
constexpr NamedKvType kKvTypes[] = {{"f32", KvType::kF32},
                                    {"f16", KvType::kF16},
                                    {"bf16", KvType::kBF16},
                                    {"fp8", KvType::kFp8},
                                    {"q8", KvType::kQ8}};

bool takes(bool is_cpu, KvType type) {
  return is_cpu || type != KvType::kQ8;
}

/// On the heap: the backend reads the model in place.
Result<std::unique_ptr<Loaded>> open(const std::string& path, const std::string& device,
                                     int num_threads, const KvCacheShape& kv) {
  const auto begin = std::chrono::steady_clock::now();
  INFERLAB_TRY(Model model, Model::open(path));
  auto out =
      std::make_unique<Loaded>(Loaded{.model = std::move(model), .backend = nullptr, .times = {}});
  INFERLAB_TRY(out->backend, make_device(device, num_threads));
  INFERLAB_TRY_VOID(out->backend->load(out->model.weights, kv));
  const auto took = std::chrono::steady_clock::now() - begin;
  out->times.warm_ns = std::chrono::nanoseconds(took).count();
  return out;
}

}  // namespace

Result<std::unique_ptr<Backend>> make_device(const std::string& name, int num_threads) {
  if (name != "cpu") return make_backend(name);
  return std::unique_ptr<Backend>(
      std::make_unique<cpu::CpuBackend>(*cpu::supported_kernels()[0], num_threads));
}

std::string kv_type_name(KvType type) {
  for (const NamedKvType& each : kKvTypes) {
    if (each.type == type) return each.name;
  }
  return "?";
}

std::string clean_name(const std::string& name) {
  return name.empty() ? "unnamed" : printable(name, 120);
}

Calibration::ModelShape shape_of(const Model& model) {
  const LlamaConfig& config = model.config();
  return {.name = clean_name(config.name),
          .architecture = config.architecture,
          .weight_type = std::string(tensor_type_name(model.weights.layers.front().attn_q.type)),
          .parameters = model.num_parameters(),
          .weights_bytes = model.weights_bytes(),
          .layers = config.num_layers,
          .hidden_size = config.hidden_size,
          .ffn_size = config.ffn_size,
          .heads = config.num_heads,
          .kv_heads = config.num_kv_heads,
          .head_dim = config.head_dim,
          .vocabulary = config.vocab_size,
          .max_model_len = config.max_model_len};
}

Result<std::unique_ptr<Loaded>> load_timed(const std::string& path, const std::string& device,
                                           int num_threads, const KvCacheShape& kv) {
  drop_from_page_cache(path);
  const double resident = part_in_page_cache(path);
  std::optional<std::int64_t> cold_ns;
  {
    INFERLAB_TRY(const std::unique_ptr<Loaded> first, open(path, device, num_threads, kv));
    if (resident <= kMostResident) cold_ns = first->times.warm_ns;
  }
  INFERLAB_TRY(std::unique_ptr<Loaded> loaded, open(path, device, num_threads, kv));
  loaded->times.cold_ns = cold_ns;
  loaded->times.cold_resident = resident;
  return loaded;
}

Result<Calibration::Kv> kv_capacity(const Model& model, const std::string& device, int num_threads,
                                    std::int32_t block_size, KvType used) {
  const ServeOptions defaults;
  INFERLAB_TRY(const std::unique_ptr<Backend> backend, make_device(device, num_threads));
  KvCacheShape block{.num_blocks = 1, .block_size = block_size, .type = used};
  INFERLAB_TRY(const std::optional<std::int32_t> fitting,
               backend->fit_kv(model.weights, block,
                               {.max_num_batched_tokens = defaults.max_num_batched_tokens,
                                .max_num_seqs = defaults.max_num_seqs,
                                .max_model_len = model.config().max_model_len,
                                .max_sampled_rows = defaults.max_num_seqs,
                                .max_state_rows = 0,
                                .memory_utilization = defaults.gpu_memory_utilization}));
  Calibration::Kv out;
  out.type = kv_type_name(used);
  out.block_size = block_size;
  const auto usable = static_cast<std::int64_t>(static_cast<double>(backend->info().memory_bytes) *
                                                defaults.gpu_memory_utilization);
  out.memory_bytes = fitting ? *fitting * block.block_bytes(model.config())
                             : std::max<std::int64_t>(usable - model.weights_bytes(), 0);
  for (const NamedKvType& each : kKvTypes) {
    if (!takes(device == "cpu", each.type)) continue;
    block.type = each.type;
    const std::int64_t bytes = block.block_bytes(model.config());
    const std::int64_t blocks = std::min<std::int64_t>(out.memory_bytes / bytes, INT32_MAX / 2);
    out.capacity.push_back({each.name, bytes, blocks});
  }
  return out;
}

}  // namespace inferlab::labs
