#include "engine/serve/pooling_executor.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace inferlab {
namespace {

std::span<const TokenId> tokens_of(const ScheduledRequest& entry, const Sequence& sequence) {
  return std::span(sequence.tokens)
      .subspan(static_cast<std::size_t>(entry.num_computed_tokens),
               static_cast<std::size_t>(entry.num_tokens));
}

}  // namespace

PoolingExecutor::PoolingExecutor(Backend& backend, bool is_encoder, const PoolingConfig& config,
                                 std::int32_t hidden_size, const SequenceTable& sequences,
                                 std::int64_t max_loras)
    : backend_(&backend),
      is_encoder_(is_encoder),
      config_(config),
      width_(static_cast<std::size_t>(hidden_size)),
      sequences_(&sequences),
      adapters_(backend, max_loras) {}

void PoolingExecutor::start(const Step& step, Done done) {
  done(run_step(step));
}

Result<StepOutput> PoolingExecutor::run_step(const Step& step) {
  INFERLAB_TRY_VOID(is_encoder_ ? run_encoder(step) : run_decoder(step));
  StepOutput output;
  for (const ScheduledRequest& entry : step.scheduled) {
    if (!entry.samples) continue;
    finish(*sequences_->at(entry.id));
    output.sampled.push_back({.stop = true});
  }
  return output;
}

Result<void> PoolingExecutor::run_decoder(const Step& step) {
  INFERLAB_TRY_VOID(adapters_.prepare(step, *sequences_));
  Batch batch;
  std::vector<std::size_t> num_rows;  // of each entry, that are wanted
  for (const ScheduledRequest& entry : step.scheduled) {
    const Sequence& sequence = *sequences_->at(entry.id);
    const std::int32_t first_row = batch.num_rows();
    const auto count = static_cast<std::int32_t>(entry.num_tokens);
    std::int32_t last = config_.type == PoolingType::kMean ? count : 0;
    if (config_.type == PoolingType::kLast && entry.samples) last = 1;
    batch.add(tokens_of(entry, sequence), static_cast<std::int32_t>(entry.num_computed_tokens),
              sequence.request.block_table, last, adapters_.slot_of(sequence));
    const bool takes_first = config_.type == PoolingType::kCls && entry.num_computed_tokens == 0;
    if (takes_first) batch.sampled_rows.push_back(first_row);
    num_rows.push_back(static_cast<std::size_t>(takes_first ? 1 : last));
  }
  states_.resize(static_cast<std::size_t>(batch.num_sampled()) * width_);
  INFERLAB_TRY_VOID(backend_->embed(batch, states_));
  std::span<const float> rest = states_;
  for (std::size_t i = 0; i < step.scheduled.size(); ++i) {
    const ScheduledRequest& entry = step.scheduled[i];
    pool(entry, *sequences_->at(entry.id), rest.first(num_rows[i] * width_));
    rest = rest.subspan(num_rows[i] * width_);
  }
  return {};
}

Result<void> PoolingExecutor::run_encoder(const Step& step) {
  EncoderBatch batch;
  for (const ScheduledRequest& entry : step.scheduled) {
    INFERLAB_CHECK(entry.num_computed_tokens == 0 && entry.samples);
    batch.add(tokens_of(entry, *sequences_->at(entry.id)));
  }
  states_.resize(static_cast<std::size_t>(batch.num_rows()) * width_);
  INFERLAB_TRY_VOID(backend_->encode(batch, states_));
  std::span<const float> rest = states_;
  for (const ScheduledRequest& entry : step.scheduled) {
    const auto all = rest.first(static_cast<std::size_t>(entry.num_tokens) * width_);
    rest = rest.subspan(all.size());
    std::span<const float> wanted = all;
    if (config_.type == PoolingType::kCls) wanted = all.first(width_);
    if (config_.type == PoolingType::kLast) wanted = all.last(width_);
    pool(entry, *sequences_->at(entry.id), wanted);
  }
  return {};
}

void PoolingExecutor::pool(const ScheduledRequest& entry, Sequence& sequence,
                           std::span<const float> rows) const {
  std::vector<double>& sum = sequence.pooled;
  // Also after a preemption, when all is computed again. Only LAST begins behind a known prefix.
  if (entry.num_computed_tokens == 0 || sum.empty()) sum.assign(width_, 0.0);
  // Row after row, so that the sum does not depend on how the prompt was cut into steps.
  for (std::size_t i = 0; i < rows.size(); ++i) sum[i % width_] += static_cast<double>(rows[i]);
}

void PoolingExecutor::finish(Sequence& sequence) const {
  INFERLAB_CHECK(sequence.pooling.has_value() && sequence.pooled.size() == width_);
  std::vector<double> values = std::move(sequence.pooled);
  if (config_.type == PoolingType::kMean) {
    const auto count = static_cast<double>(sequence.request.num_prompt_tokens);
    for (double& value : values) value /= count;
  }
  // The cut comes before the norm: what is left has the length 1.
  const std::optional<std::int32_t> dimensions =
      sequence.pooling->dimensions ? sequence.pooling->dimensions : config_.dimensions;
  if (dimensions) values.resize(static_cast<std::size_t>(*dimensions));
  double scale = 1.0;
  if (sequence.pooling->normalize.value_or(config_.normalize)) {
    double squares = 0.0;
    for (const double value : values) squares += value * value;
    constexpr double kLeastNorm = 1e-12;  // as torch.nn.functional.normalize has it
    scale = 1.0 / std::max(std::sqrt(squares), kLeastNorm);
  }
  sequence.embedding.clear();
  for (const double value : values) sequence.embedding.push_back(static_cast<float>(value * scale));
}

}  // namespace inferlab
