#include "engine/serve/device_executor.h"

#include <algorithm>
#include <limits>

#include "engine/model/logprobs.h"
#include "engine/serve/device_sampling.h"

namespace inferlab {
namespace {

/// The entry's tokens: known ones, then guesses.
std::vector<TokenId> tokens_of(const ScheduledRequest& entry, const Sequence& sequence) {
  const std::int64_t num_known = entry.num_tokens - entry.num_draft_tokens;
  INFERLAB_CHECK(entry.num_computed_tokens + num_known <= std::ssize(sequence.tokens));
  INFERLAB_CHECK(entry.num_draft_tokens <= std::ssize(sequence.drafts));
  const auto first = sequence.tokens.begin() + entry.num_computed_tokens;
  std::vector<TokenId> tokens(first, first + num_known);
  tokens.insert(tokens.end(), sequence.drafts.begin(),
                sequence.drafts.begin() + entry.num_draft_tokens);
  return tokens;
}

/// Rows of the entry whose logits are wanted: always its last ones.
std::int64_t num_wanted_rows(const ScheduledRequest& entry, const Sequence& sequence) {
  const bool in_prompt = entry.num_computed_tokens + 1 < sequence.request.num_prompt_tokens;
  if (sequence.num_prompt_logprobs && in_prompt) return entry.num_tokens;
  return entry.samples ? entry.num_draft_tokens + 1 : 0;
}

}  // namespace

DeviceExecutor::DeviceExecutor(Backend& backend, std::int32_t vocab_size,
                               const SequenceTable& sequences, std::int64_t max_loras)
    : backend_(&backend),
      vocab_size_(static_cast<std::size_t>(vocab_size)),
      sequences_(&sequences),
      adapters_(backend, max_loras) {}

void DeviceExecutor::start(const Step& step, Done done) {
  done(run_on_backend(step));
}

Result<StepOutput> DeviceExecutor::run_on_backend(const Step& step) {
  INFERLAB_TRY_VOID(adapters_.prepare(step, *sequences_));
  Batch batch;
  for (const ScheduledRequest& entry : step.scheduled) {
    const Sequence& sequence = *sequences_->at(entry.id);
    batch.add(tokens_of(entry, sequence), static_cast<std::int32_t>(entry.num_computed_tokens),
              sequence.request.block_table,
              static_cast<std::int32_t>(num_wanted_rows(entry, sequence)),
              adapters_.slot_of(sequence));
  }
  if (can_sample_on_device(*backend_, step, *sequences_)) {
    return sample_on_device(*backend_, batch);
  }
  logits_.resize(static_cast<std::size_t>(batch.num_sampled()) * vocab_size_);
  INFERLAB_TRY_VOID(backend_->forward(batch, logits_));
  StepOutput output;
  std::span<float> rest = logits_;
  for (const ScheduledRequest& entry : step.scheduled) {
    Sequence& sequence = *sequences_->at(entry.id);
    const auto num_rows = static_cast<std::size_t>(num_wanted_rows(entry, sequence));
    const std::span<float> rows = rest.first(num_rows * vocab_size_);
    rest = rest.subspan(rows.size());
    if (sequence.num_prompt_logprobs) note_prompt(entry, sequence, rows);
    if (!entry.samples) continue;
    const std::size_t num_sampled = static_cast<std::size_t>(entry.num_draft_tokens) + 1;
    output.sampled.push_back(sample(entry, sequence, rows.last(num_sampled * vocab_size_)));
  }
  return output;
}

void DeviceExecutor::note_prompt(const ScheduledRequest& entry, Sequence& sequence,
                                 std::span<const float> rows) const {
  sequence.prompt_logprobs.resize(static_cast<std::size_t>(sequence.request.num_prompt_tokens));
  for (std::size_t row = 0; row * vocab_size_ < rows.size(); ++row) {
    // The row of a token tells how likely the one after it was.
    const std::size_t next = static_cast<std::size_t>(entry.num_computed_tokens) + row + 1;
    if (next >= sequence.prompt_logprobs.size()) return;
    sequence.prompt_logprobs[next] =
        logprobs_of(rows.subspan(row * vocab_size_, vocab_size_), sequence.tokens[next],
                    *sequence.num_prompt_logprobs);
  }
}

/// Guesses are right as long as the sampler draws them: with each request's own stream of random
/// numbers the output is, token for token, what it would be without guessing.
SampledToken DeviceExecutor::sample(const ScheduledRequest& entry, Sequence& sequence,
                                    std::span<float> rows) {
  SampledToken sampled;
  sequence.logprobs.clear();
  while (true) {
    const auto row = static_cast<std::size_t>(sampled.num_accepted_drafts);
    const std::span<float> logits = rows.subspan(row * vocab_size_, vocab_size_);
    if (sequence.matcher && !constrain(sequence, logits)) {
      sequence.failure = Error{ErrorKind::kExhausted,
                               "structured_outputs: are too complex at this place of the answer",
                               "ask for something simpler"};
      sampled.token_id = argmax(logits);
      sampled.stop = true;
      return sampled;
    }
    if (sequence.num_logprobs) raw_logits_.assign(logits.begin(), logits.end());
    // What must end here ends before min_tokens too.
    const bool must_end = sequence.matcher && sequence.matcher->must_end();
    if (!must_end &&
        sequence.request.num_output_tokens + sampled.num_accepted_drafts < sequence.min_tokens) {
      for (const TokenId id : sequence.not_before_min_tokens) {
        logits[static_cast<std::size_t>(id)] = -std::numeric_limits<float>::infinity();
      }
    }
    sampled.token_id = sequence.sampler.sample(logits);
    if (sequence.num_logprobs) {
      sequence.logprobs.push_back(
          logprobs_of(raw_logits_, sampled.token_id, *sequence.num_logprobs));
    }
    if (sequence.matcher) {
      // Penalties and bias may leave none of the tokens that fit; then the output ends.
      sampled.stop = !sequence.matcher->accept(sampled.token_id) || sequence.matcher->is_finished();
      if (sampled.stop) return sampled;
    }
    const bool is_right = sampled.num_accepted_drafts < entry.num_draft_tokens &&
                          sequence.drafts[row] == sampled.token_id;
    if (!is_right) return sampled;
    ++sampled.num_accepted_drafts;
  }
}

bool DeviceExecutor::constrain(Sequence& sequence, std::span<float> logits) {
  mask_.resize((logits.size() + 31) / 32);
  const std::size_t num_words = sequence.matcher->num_words();
  INFERLAB_CHECK(num_words <= mask_.size());
  std::ranges::fill(mask_, 0U);  // embeddings may be more than the vocabulary
  if (!sequence.matcher->fill_mask(std::span(mask_).first(num_words))) return false;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if ((mask_[i / 32] >> (i % 32) & 1U) == 0) logits[i] = -std::numeric_limits<float>::infinity();
  }
  return true;
}

}  // namespace inferlab
