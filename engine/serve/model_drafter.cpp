#include "engine/serve/model_drafter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace inferlab {

ModelDrafter::ModelDrafter(std::unique_ptr<Model> model, std::unique_ptr<Backend> backend,
                           const ModelDrafterConfig& config, LogSink log)
    : model_(std::move(model)),
      backend_(std::move(backend)),
      config_(config),
      log_(std::move(log)),
      blocks_(config.kv.num_blocks, config.kv.block_size) {}

Result<std::unique_ptr<ModelDrafter>> ModelDrafter::create(std::unique_ptr<Model> model,
                                                           std::unique_ptr<Backend> backend,
                                                           const ModelDrafterConfig& config,
                                                           const LlamaConfig& target, LogSink log) {
  INFERLAB_CHECK(config.num_speculative_tokens > 0 && config.max_batched_tokens > 0);
  if (model->config().vocab_size != target.vocab_size) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("speculative_config.model: {} has a vocabulary of {} tokens: {} has {}",
                    model->config().name, model->config().vocab_size, target.name,
                    target.vocab_size),
        "give a smaller model of the same family"};
  }
  INFERLAB_TRY_VOID(backend->load(model->weights, config.kv));
  return std::unique_ptr<ModelDrafter>(
      new ModelDrafter(std::move(model), std::move(backend), config, std::move(log)));
}

void ModelDrafter::forget(RequestId id) {
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  blocks_.release(found->second.block_table);
  known_.erase(found);
}

void ModelDrafter::propose(std::span<Sequence* const> sequences) {
  for (Sequence* sequence : sequences) sequence->drafts.clear();
  if (is_broken_) return;
  const std::vector<Sequence*> ready = catch_up(sequences);
  for (std::int32_t i = 1; i < config_.num_speculative_tokens && !is_broken_; ++i) {
    add_one_more(ready);
  }
}

std::vector<Sequence*> ModelDrafter::catch_up(std::span<Sequence* const> sequences) {
  Batch batch;
  std::vector<Sequence*> ready;
  for (Sequence* sequence : sequences) {
    const std::vector<TokenId>& tokens = sequence->tokens;
    // All guesses but the last go through the model themselves.
    const std::int64_t most = std::ssize(tokens) + config_.num_speculative_tokens - 1;
    if (most > model_->config().max_model_len) {
      forget(sequence->request.id);
      continue;
    }
    Known& known = known_[sequence->request.id];
    // Guesses that were wrong are written over.
    const auto same = std::ranges::mismatch(known.tokens, tokens).in1 - known.tokens.begin();
    known.tokens.resize(static_cast<std::size_t>(std::min(same, std::ssize(tokens) - 1)));
    const std::int64_t room = config_.max_batched_tokens - batch.num_rows();
    const std::int64_t count = std::min(std::ssize(tokens) - std::ssize(known.tokens), room);
    if (count <= 0 || !blocks_.can_grow(known.block_table, most)) continue;
    INFERLAB_CHECK(blocks_.grow(known.block_table, most).has_value());
    const std::int64_t first = std::ssize(known.tokens);
    const bool is_all = first + count == std::ssize(tokens);
    const auto begin = tokens.begin() + first;
    batch.add(std::span(begin, begin + count), static_cast<std::int32_t>(first), known.block_table,
              is_all ? 1 : 0);
    known.tokens.insert(known.tokens.end(), begin, begin + count);
    if (is_all) ready.push_back(sequence);
  }
  if (batch.sequences.empty() || !guess(batch, ready)) return {};
  return ready;
}

void ModelDrafter::add_one_more(std::span<Sequence* const> sequences) {
  Batch batch;
  for (Sequence* sequence : sequences) {
    Known& known = known_.at(sequence->request.id);
    const TokenId last = sequence->drafts.back();
    batch.add(std::span(&last, 1), static_cast<std::int32_t>(known.tokens.size()),
              known.block_table, 1);
    known.tokens.push_back(last);
  }
  if (!batch.sequences.empty()) guess(batch, sequences);
}

bool ModelDrafter::guess(const Batch& batch, std::span<Sequence* const> sequences) {
  const auto vocab_size = static_cast<std::size_t>(model_->config().vocab_size);
  logits_.resize(static_cast<std::size_t>(batch.num_sampled()) * vocab_size);
  if (const Result<void> ran = backend_->forward(batch, logits_); !ran) {
    is_broken_ = true;
    if (log_) {
      log_(LogLevel::kWarn,
           "Speculative decoding is off: the draft model failed: " + ran.error().message);
    }
    return false;
  }
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    sequences[i]->drafts.push_back(argmax(std::span(logits_).subspan(i * vocab_size, vocab_size)));
  }
  return true;
}

}  // namespace inferlab
