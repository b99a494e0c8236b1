#include "engine/serve/engine_core.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/serve/lora_metric.h"

namespace inferlab {
namespace {

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

EngineCore::EngineCore(const SchedulerConfig& config, std::unique_ptr<Drafter> drafter,
                       const Tokenizer& tokenizer, const MakeExecutor& make_executor,
                       std::function<Time()> clock, LogSink log)
    : tokenizer_(&tokenizer),
      drafter_(std::move(drafter)),
      names_blocks_(config.enable_prefix_caching),
      clock_(std::move(clock)),
      log_(std::move(log)),
      scheduler_(config),
      executor_(make_executor(sequences_)),
      metrics_(config, drafter_ == nullptr ? 0 : drafter_->num_speculative_tokens()) {
  publish();
}

void EngineCore::add(std::unique_ptr<Sequence> sequence, Time arrival) {
  const RequestId id = sequence->request.id;
  Sequence& kept = *(sequences_[id] = std::move(sequence));
  if (names_blocks_) kept.prefix_hash.extend(kept.request.block_hashes, kept.tokens);
  if (const Result<void> added = scheduler_.add(kept.request, arrival); !added) {
    kept.request.arrival = arrival;
    kept.request.finished = arrival;
    kept.request.finish_reason = FinishReason::kAbort;
    end(kept, added.error());
    return;
  }
  const std::scoped_lock lock(mutex_);
  publish_counts();  // adapters with the step that follows: many may come at once
}

void EngineCore::cancel(RequestId id) {
  const auto found = sequences_.find(id);
  if (found == sequences_.end()) return;
  INFERLAB_CHECK(scheduler_.abort(id, clock_()));
  {
    const std::scoped_lock lock(mutex_);
    metrics_.finished(found->second->request);
    publish();
  }
  end(*found->second, std::nullopt);
}

void EngineCore::cancel_all(const Error& error) {
  while (!sequences_.empty()) {
    Sequence& sequence = *sequences_.begin()->second;
    INFERLAB_CHECK(scheduler_.abort(sequence.request.id, clock_()));
    {
      const std::scoped_lock lock(mutex_);
      metrics_.finished(sequence.request);
      publish();
    }
    end(sequence, error);
  }
}

void EngineCore::expire() {
  const Time now = clock_();
  std::vector<RequestId> late;
  for (const auto& [id, sequence] : sequences_) {
    if (sequence->deadline && *sequence->deadline <= now) late.push_back(id);
  }
  for (const RequestId id : late) {
    sequences_.at(id)->timed_out = true;
    cancel(id);
  }
}

Result<void> EngineCore::step() {
  expire();
  const Step step = scheduler_.schedule(clock_());
  if (step.empty()) return {};
  {
    const std::scoped_lock lock(mutex_);
    publish();
  }
  std::optional<Result<StepOutput>> executed;
  executor_->start(step, [&](Result<StepOutput> result) { executed = std::move(result); });
  INFERLAB_CHECK(executed.has_value());
  if (!executed->has_value()) {
    scheduler_.cancel_step(step);
    // Whatever went wrong in a step is no client's fault, also where the device calls it kInvalid.
    Error error = executed->error();
    error.kind = ErrorKind::kUnavailable;
    error.message = "engine: " + error.message;
    cancel_all(error);
    return error;
  }
  StepOutput output = std::move(*executed).value();

  std::vector<Emission> emissions;
  for (const ScheduledRequest& entry : step.scheduled) {
    if (!entry.samples) continue;
    SampledToken& sampled = output.sampled[emissions.size()];
    emissions.push_back(consume(*sequences_.at(entry.id), sampled));
  }
  std::vector<RequestId> finished;
  {
    const std::scoped_lock lock(mutex_);
    finished = scheduler_.complete(step, output, clock_());
    metrics_.step(step, output);
    for (const Emission& emission : emissions) {
      metrics_.tokens(emission.sequence->request, std::ssize(emission.tokens),
                      emission.previous_token);
    }
    for (const RequestId id : finished) metrics_.finished(sequences_.at(id)->request);
    publish();
  }
  // Callbacks come last, so that whoever hears of a token or an end finds it in the metrics.
  for (Emission& emission : emissions) emit(emission);
  if (drafter_ != nullptr) draft(emissions);
  for (const RequestId id : finished) {
    Sequence& sequence = *sequences_.at(id);
    end(sequence, sequence.failure);
  }
  return {};
}

EngineCore::Emission EngineCore::consume(Sequence& sequence, SampledToken& sampled) const {
  Emission emission{.sequence = &sequence, .previous_token = sequence.request.last_token};
  if (sequence.pooling) return emission;  // no token came
  const std::int64_t num_before = sequence.request.num_output_tokens;
  for (std::int64_t i = 0; i <= sampled.num_accepted_drafts; ++i) {
    const TokenId token = i < sampled.num_accepted_drafts
                              ? sequence.drafts[static_cast<std::size_t>(i)]
                              : sampled.token_id;
    sequence.tokens.push_back(token);
    emission.tokens.push_back(token);
    // The executor stops where the output is whole, which is at the last of the tokens.
    const bool is_whole = sampled.stop && i == sampled.num_accepted_drafts;
    if (!consume_token(sequence, token, num_before + i + 1, emission.text) && !is_whole) continue;
    sampled = {.token_id = token, .stop = true, .num_accepted_drafts = i};
  }
  if (names_blocks_) sequence.prefix_hash.extend(sequence.request.block_hashes, sequence.tokens);
  return emission;
}

bool EngineCore::consume_token(Sequence& sequence, TokenId token, std::int64_t num_output_tokens,
                               std::string& text) const {
  // vLLM's order: the end token first, then the request's own, and neither gives text unless asked.
  // Below min_tokens the executor draws none of them.
  const bool is_end = tokenizer_->is_end(token) && !sequence.ignore_eos;
  const auto& ids = sequence.stop_token_ids;
  const bool is_stop = is_end || std::find(ids.begin(), ids.end(), token) != ids.end();
  if (is_stop) {
    if (!is_end) sequence.stop_token = token;
    if (!sequence.include_stop) return true;
  }
  const std::string piece = sequence.decoder.push(token);
  // Stop strings are looked for in what comes after min_tokens only.
  if (num_output_tokens <= sequence.min_tokens) {
    text += piece;
    return is_stop;
  }
  text += sequence.stop.push(piece);
  return is_stop || sequence.stop.hit() != nullptr;
}

void EngineCore::draft(std::span<const Emission> emissions) {
  std::vector<Sequence*> running;
  for (const Emission& emission : emissions) {
    if (emission.sequence->request.status == RequestStatus::kRunning) {
      running.push_back(emission.sequence);
    }
  }
  drafter_->propose(running);
  for (Sequence* sequence : running) {
    sequence->request.num_draft_tokens = std::ssize(sequence->drafts);
  }
}

void EngineCore::emit(Emission& emission) const {
  Sequence& sequence = *emission.sequence;
  if (sequence.request.status == RequestStatus::kFinished && sequence.stop.hit() == nullptr) {
    emission.text += sequence.stop.push(sequence.decoder.finish());
    emission.text += sequence.stop.finish();
  }
  if (!sequence.callbacks.on_piece) return;
  const std::span<const TokenLogprobs> logprobs = sequence.logprobs;
  sequence.callbacks.on_piece(
      {.text = emission.text,
       .tokens = emission.tokens,
       .logprobs = logprobs.first(std::min(logprobs.size(), emission.tokens.size()))});
}

void EngineCore::publish() {
  publish_counts();
  if (scheduler_.config().max_loras == 0) return;
  running_loras_ = lora_names(scheduler_.running(), sequences_);
  waiting_loras_ = lora_names(scheduler_.waiting(), sequences_);
}

void EngineCore::publish_counts() {
  published_ = EngineStats{.scheduler = scheduler_.stats(),
                           .num_free_blocks = scheduler_.blocks().num_free_blocks(),
                           .num_blocks = scheduler_.blocks().num_blocks(),
                           .prompt_tokens_total = metrics_.prompt_tokens(),
                           .generation_tokens_total = metrics_.generation_tokens(),
                           .num_finished_total = metrics_.num_finished()};
}

void EngineCore::end(Sequence& sequence, const std::optional<Error>& error) {
  const Request& request = sequence.request;
  GenerationResult result{
      .finish_reason = *request.finish_reason,
      .error = error,
      .stop_string = sequence.stop.hit() == nullptr ? std::string() : *sequence.stop.hit(),
      .stop_token = sequence.stop_token,
      .num_prompt_tokens = request.num_prompt_tokens,
      .num_output_tokens = request.num_output_tokens,
      .num_cached_tokens = request.num_cached_tokens,
      .prompt_logprobs = std::move(sequence.prompt_logprobs),
      .embedding = std::move(sequence.embedding),
      .timed_out = sequence.timed_out,
      .queue_time = request.first_scheduled.value_or(*request.finished) - request.arrival,
      .ttft = request.first_token ? *request.first_token - request.arrival : Duration{},
      .e2e = *request.finished - request.arrival};
  if (log_) {
    const Time first = request.first_scheduled.value_or(*request.finished);
    log_(LogLevel::kInfo,
         fmt::format("Finished request {}: {}, prompt_tokens: {}, output_tokens: {}, "
                     "queue: {:.1f} ms, ttft: {:.1f} ms, e2e: {:.1f} ms, preemptions: {}",
                     sequence.name, to_string(result.finish_reason), result.num_prompt_tokens,
                     result.num_output_tokens, milliseconds(first - request.arrival),
                     milliseconds(result.ttft), milliseconds(result.e2e), request.num_preemptions));
  }
  if (drafter_ != nullptr) drafter_->forget(request.id);
  // Out of the table first: on_end may drop the last reference to what the callbacks hold.
  const auto node = sequences_.extract(request.id);
  if (node.mapped()->callbacks.on_end) node.mapped()->callbacks.on_end(result);
}

EngineStats EngineCore::stats() const {
  const std::scoped_lock lock(mutex_);
  return published_;
}

std::string EngineCore::render_metrics(const std::string& model_name,
                                       std::int64_t more_waiting) const {
  const std::scoped_lock lock(mutex_);
  SchedulerStats stats = published_.scheduler;
  stats.num_requests_waiting += more_waiting;
  const std::int64_t max_loras = scheduler_.config().max_loras;
  const std::string text = metrics_.render(stats, model_name);
  return max_loras == 0 ? text
                        : text + lora_requests_info(max_loras, running_loras_, waiting_loras_);
}

}  // namespace inferlab
