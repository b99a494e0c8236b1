#include "labs/bench/engine/device_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "labs/bench/engine/synthetic_model.h"

namespace inferlab::labs {
namespace {

constexpr std::int32_t kBlockSize = 16;
constexpr int kWarmUps = 4;  // a graph is captured in the second step of its size
constexpr int kSteps = 32;
constexpr int kPrompts = 5;

/// The shapes of Llama 3.1 8B and Llama 3.2 1B, with fewer positions.
constexpr RandomModelShape k8B = {.type = TensorType::kBF16,
                                  .vocab_size = 128256,
                                  .max_model_len = 8192,
                                  .hidden_size = 4096,
                                  .ffn_size = 14336,
                                  .num_layers = 32,
                                  .num_heads = 32,
                                  .num_kv_heads = 8,
                                  .tied_embeddings = false};
constexpr RandomModelShape k1B = {.type = TensorType::kBF16,
                                  .vocab_size = 128256,
                                  .max_model_len = 8192,
                                  .hidden_size = 2048,
                                  .ffn_size = 8192,
                                  .num_layers = 16,
                                  .num_heads = 32,
                                  .num_kv_heads = 8};

constexpr RandomModelShape with(RandomModelShape shape, TensorType type) {
  shape.type = type;
  return shape;
}

constexpr DeviceCase kFull[] = {
    {1, 128, 0, 0.85}, {8, 128, 0, 0}, {64, 1024, 0, 0.75}, {1, 0, 4096, 0.6}};
constexpr DeviceCase kQuantized[] = {
    {1, 128, 0, 0.7}, {8, 128, 0, 0}, {64, 1024, 0, 0}, {1, 0, 4096, 0}};

constexpr DeviceModel kModels[] = {
    {"1B-BF16", k1B, kQuantized},
    {"8B-BF16", k8B, kFull},
    {"8B-Q8_0", with(k8B, TensorType::kQ8_0), kQuantized},
    {"8B-Q4_0", with(k8B, TensorType::kQ4_0), kQuantized},
    {"8B-Q4_K", with(k8B, TensorType::kQ4_K), kQuantized},
};

double now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Sequence `index`, all of the same length; `first` is the position of its first token now.
void add(Batch& batch, std::int32_t index, std::int32_t first, std::int32_t count,
         std::int32_t length) {
  const std::int32_t blocks = (length - 1) / kBlockSize + 1;
  std::vector<std::int32_t> table(static_cast<std::size_t>(blocks));
  std::iota(table.begin(), table.end(), index * blocks);
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < count; ++i) ids.push_back(3 + ((i + index) * 7919) % 256);
  batch.add(ids, first, table, 1);
}

Result<double> step_ms(Backend& backend, const Batch& batch) {
  const auto count = static_cast<std::size_t>(batch.num_sampled());
  const std::vector<RowSampling> greedy(count);
  std::vector<std::int32_t> tokens(count);
  const double begin = now_ms();
  INFERLAB_TRY_VOID(backend.forward_sampled(batch, greedy, tokens));
  return now_ms() - begin;
}

/// Contexts need not be computed: the cache holds zeros, which take as long to read.
Result<double> decode_ms(Backend& backend, const DeviceCase& what) {
  const std::int32_t length = what.context + kWarmUps + kSteps;
  std::vector<double> times;
  for (std::int32_t step = 0; step < kWarmUps + kSteps; ++step) {
    Batch batch;
    for (std::int32_t s = 0; s < what.num_sequences; ++s) {
      add(batch, s, what.context + step, 1, length);
    }
    INFERLAB_TRY(const double ms, step_ms(backend, batch));
    if (step >= kWarmUps) times.push_back(ms);
  }
  return median(times);
}

Result<double> prompt_ms(Backend& backend, const DeviceCase& what) {
  std::vector<double> times;
  for (int run = 0; run <= kPrompts; ++run) {
    Batch batch;
    add(batch, 0, 0, what.prompt, what.prompt);
    INFERLAB_TRY(const double ms, step_ms(backend, batch));
    if (run > 0) times.push_back(ms);
  }
  return median(times);
}

DeviceTime bounded(const DeviceCase& what, const ModelWeights& weights, std::int64_t token_kv_bytes,
                   const DeviceRoofline& roofline) {
  const double sequences = what.num_sequences;
  const double context = what.context + kWarmUps + kSteps / 2.0;
  double bytes = static_cast<double>(bytes_of_a_token(weights));
  double operations = operations_of_prompt(weights, std::max(1, what.prompt));
  if (what.prompt == 0) {
    bytes += sequences * context * static_cast<double>(token_kv_bytes);
    operations *= sequences;
  }
  const double bytes_ms = bytes * 1000.0 / roofline.copy_bytes_per_second;
  const double operations_ms = operations * 1000.0 / roofline.bf16_operations_per_second;
  return {.what = what,
          .milliseconds = 0,
          .bound_ms = std::max(bytes_ms, operations_ms),
          .bound = bytes_ms > operations_ms ? "bytes" : "operations"};
}

}  // namespace

std::span<const DeviceModel> device_models() {
  return kModels;
}

Result<DeviceTimes> measure_device(std::string_view name, const DeviceModel& model,
                                   const DeviceRoofline& roofline,
                                   const std::function<void(std::string_view)>& doing) {
  doing("making weights");
  const SyntheticModel synthetic = synthetic_model(model.shape);
  const ModelWeights& weights = synthetic.weights;
  INFERLAB_TRY(const std::unique_ptr<Backend> backend, make_backend(name));
  if (!backend->can_sample()) {
    return Error{ErrorKind::kInvalid, fmt::format("backend {}: is no device of its own", name)};
  }
  std::int32_t blocks = 1;
  for (const DeviceCase& each : model.cases) {
    const std::int32_t length = each.prompt > 0 ? each.prompt : each.context + kWarmUps + kSteps;
    blocks = std::max(blocks, each.num_sequences * ((length - 1) / kBlockSize + 1));
  }
  const KvCacheShape kv{
      .num_blocks = blocks, .block_size = kBlockSize, .type = backend->default_kv_type(weights)};
  DeviceTimes out;
  doing("loading");
  const double begin = now_ms();
  INFERLAB_TRY_VOID(backend->load(weights, kv));
  out.load_seconds = (now_ms() - begin) / 1000.0;
  out.load_bytes = weights.weights_bytes();
  const std::int64_t token_kv_bytes = kv.block_bytes(weights.config) / kBlockSize;
  for (const DeviceCase& each : model.cases) {
    doing(each.prompt > 0 ? fmt::format("a prompt of {}", each.prompt)
                          : fmt::format("{} sequences of {}", each.num_sequences, each.context));
    DeviceTime time = bounded(each, weights, token_kv_bytes, roofline);
    Result<double> measured =
        each.prompt > 0 ? prompt_ms(*backend, each) : decode_ms(*backend, each);
    if (!measured) return measured.error();
    time.milliseconds = *measured;
    out.times.push_back(std::move(time));
  }
  return out;
}

}  // namespace inferlab::labs
