#include <algorithm>
#include <chrono>
#include <numeric>

#include "engine/backend/cpu/cpu_backend.h"
#include "engine/model/sampler.h"
#include "labs/bench/engine/busy_processes.h"
#include "labs/bench/engine/core_share.h"
#include "labs/bench/engine/engine_cases.h"

namespace inferlab::labs {
namespace {

constexpr std::int32_t kWarmUp = 2;
constexpr std::int32_t kDecodeTokens = 48;
constexpr std::int32_t kSequences = 8;
constexpr std::int32_t kSteps = 16;
constexpr std::int32_t kBusySteps = 12;
constexpr std::int32_t kPrompt = 512;
constexpr std::int32_t kBlockSize = 16;

double now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

/// Tokens that every vocabulary has; their text does not matter.
std::vector<std::int32_t> tokens(std::int32_t count, std::int32_t first = 0) {
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < count; ++i) ids.push_back(3 + ((i + first) * 7919) % 256);
  return ids;
}

/// Runs batches and keeps the logits.
class Runner {
 public:
  Runner(Backend& backend, std::int32_t vocab_size) : backend_(&backend), vocab_size_(vocab_size) {}

  Result<void> forward(const Batch& batch) {
    logits_.resize(static_cast<std::size_t>(batch.num_sampled()) *
                   static_cast<std::size_t>(vocab_size_));
    return backend_->forward(batch, logits_);
  }
  [[nodiscard]] std::int32_t likeliest(std::int32_t sampled) const {
    const auto vocab = static_cast<std::size_t>(vocab_size_);
    return argmax(std::span(logits_).subspan(static_cast<std::size_t>(sampled) * vocab, vocab));
  }

 private:
  Backend* backend_;
  std::int32_t vocab_size_;
  std::vector<float> logits_;
};

/// The block table of the index-th of sequences with room for `num_tokens`.
std::vector<std::int32_t> block_table(std::int32_t index, std::int32_t num_tokens) {
  const std::int32_t count = (num_tokens - 1) / kBlockSize + 1;
  std::vector<std::int32_t> table(static_cast<std::size_t>(count));
  std::iota(table.begin(), table.end(), index * count);
  return table;
}

/// Sequences that decode together: their milliseconds for each step.
Result<double> decode(Runner& runner, std::int32_t num_sequences, std::int32_t num_steps) {
  const std::int32_t prompt = 8;
  std::vector<std::vector<std::int32_t>> next;
  for (std::int32_t s = 0; s < num_sequences; ++s) next.push_back(tokens(prompt, s));
  std::int32_t position = 0;
  double begin = 0;
  for (std::int32_t step = 0; step <= kWarmUp + num_steps; ++step) {
    Batch batch;
    for (std::int32_t s = 0; s < num_sequences; ++s) {
      batch.add(next[static_cast<std::size_t>(s)], position,
                block_table(s, prompt + kWarmUp + num_steps + 1), true);
    }
    INFERLAB_TRY_VOID(runner.forward(batch));
    position += step == 0 ? prompt : 1;
    for (std::int32_t s = 0; s < num_sequences; ++s) {
      next[static_cast<std::size_t>(s)] = {runner.likeliest(s)};
    }
    if (step == kWarmUp) begin = now_ms();
  }
  return (now_ms() - begin) / num_steps;
}

/// decode() of one sequence over and over for a second: a small model's tokens are over before it
/// can be said who had the cores. The median.
Result<double> decode_for_a_second(Runner& runner) {
  const double begin = now_ms();
  std::vector<double> times;
  while (times.empty() || now_ms() - begin < 1000) {
    INFERLAB_TRY(const double ms, decode(runner, 1, kDecodeTokens));
    times.push_back(ms);
  }
  const auto middle = times.begin() + std::ssize(times) / 2;
  std::ranges::nth_element(times, middle);
  return *middle;
}

Result<double> prefill(Runner& runner) {
  for (const std::int32_t count : {16, kPrompt}) {  // the first to have the memory touched
    Batch batch;
    batch.add(tokens(count), 0, block_table(0, kPrompt), true);
    const double begin = now_ms();
    INFERLAB_TRY_VOID(runner.forward(batch));
    if (count == kPrompt) return now_ms() - begin;
  }
  return 0.0;
}

Result<double> measure(EngineTask task, Runner& runner) {
  switch (task) {
    case EngineTask::kDecode:
      return decode_for_a_second(runner);
    case EngineTask::kEight:
      return decode(runner, kSequences, kSteps);
    case EngineTask::kPrefill:
      return prefill(runner);
    case EngineTask::kBusy: {
      const BusyProcesses others(kNumBusyProcesses);
      return decode(runner, 1, kBusySteps);
    }
  }
  return 0.0;
}

}  // namespace

Result<std::vector<EngineTime>> measure_engine(const std::string& path,
                                               std::span<const EngineTask> tasks, int num_threads) {
  INFERLAB_TRY(const Model model, Model::open(path));
  if (model.encoder) {
    return Error{ErrorKind::kInvalid, path + ": is an encoder: it generates no tokens",
                 "give a decoder, as of the architecture llama"};
  }
  cpu::CpuBackend backend(*cpu::supported_kernels()[0], num_threads);
  INFERLAB_TRY_VOID(backend.load(
      model.weights, {.num_blocks = 64, .block_size = kBlockSize, .type = KvType::kF16}));
  Runner runner(backend, model.config().vocab_size);
  std::vector<EngineTime> out;
  for (const EngineTask task : tasks) {
    const CoreShare share;
    INFERLAB_TRY(const double ms, measure(task, runner));
    out.push_back({.ms = ms, .cores = share.cores()});
  }
  return out;
}

}  // namespace inferlab::labs
