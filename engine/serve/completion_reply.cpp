#include "engine/serve/completion_reply.h"

#include <algorithm>
#include <utility>

namespace inferlab {

CompletionReply::CompletionReply(Engine& engine, Setup setup, GenerationPlan plan)
    : engine_(engine),
      setup_(std::move(setup)),
      plan_(std::move(plan)),
      logprobs_(engine.tokenizer(), setup_.tokens_as_ids),
      writer_(setup_.head, logprobs_),
      channel_(std::make_shared<ReplyChannel>()) {
  const std::size_t num_choices = plan_.requests.size();
  choices_.resize(num_choices);
  offsets_.resize(num_choices);
  num_tokens_.resize(num_choices);
  ended_.resize(num_choices);
  const ResponseHead& head = setup_.head;
  plain_ =
      !head.with_logprobs && !head.return_token_ids && !head.continuous_usage && !head.tool_choice;
  Rng seeds(setup_.tool_call_seed);
  for (std::size_t i = 0; head.tool_choice && i < num_choices; ++i) {
    calls_.emplace_back(*head.tool_choice, seeds.next());
  }
  // The logprobs of the prompt come with the choice's end.
  held_ = setup_.echo && head.with_logprobs && head.kind == ApiKind::kCompletion;
  for (std::size_t i = 0; i < num_choices; ++i) {
    ChoiceAnswer& choice = choices_[i];
    choice.prompt = &plan_.prompts[prompt_of(i)];
    choice.text = plan_.echoes[prompt_of(i)];
    choice.echoes_prompt = setup_.echo && head.kind == ApiKind::kCompletion;
    choice.echoes_alone = plan_.echoes_alone;
    choice.shows_prompt_logprobs = setup_.shows_prompt_logprobs;
  }
}

CompletionReply::~CompletionReply() {
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    if (!ended_[i]) engine_.cancel(ids_[i]);
  }
  if (!ids_.empty()) tell();
}

std::size_t CompletionReply::prompt_of(std::size_t choice) const {
  return choice / static_cast<std::size_t>(setup_.n);
}

Result<void> CompletionReply::submit() {
  std::vector<GenerationCallbacks> callbacks;
  for (std::size_t i = 0; i < plan_.requests.size(); ++i) {
    callbacks.push_back(ReplyChannel::callbacks(channel_, static_cast<int>(i), !plain_));
  }
  INFERLAB_TRY(ids_, engine_.submit_all(std::move(plan_.requests), std::move(callbacks)));
  if (setup_.lease) {
    for (const auto& prompt : plan_.prompts) setup_.lease->charge(std::ssize(prompt));
  }
  return {};
}

bool CompletionReply::take() {
  channel_->take(news_);
  return !news_.empty();
}

bool CompletionReply::wait(Duration patience) {
  channel_->wait_for_end(patience);
  return take();
}

void CompletionReply::note_end(std::size_t choice, GenerationResult&& result) {
  if (result.error && !error_) error_ = api_error(*result.error);
  if (result.timed_out && !error_) error_ = timed_out();
  if (setup_.lease) setup_.lease->charge(result.num_output_tokens);
  choices_[choice].result = std::move(result);
  ended_[choice] = true;
  ++num_ended_;
}

void CompletionReply::keep(ReplyChannel::Piece& piece) {
  ChoiceAnswer& choice = choices_[static_cast<std::size_t>(piece.choice)];
  if (!calls_.empty()) {
    calls_[static_cast<std::size_t>(piece.choice)].add(piece.text);
  } else if (!plan_.echoes_alone) {
    choice.text += piece.text;
  }
  choice.tokens.insert(choice.tokens.end(), piece.tokens.begin(), piece.tokens.end());
  std::ranges::move(piece.logprobs, std::back_inserter(choice.logprobs));
}

void CompletionReply::collect() {
  for (ReplyChannel::Piece& piece : news_.pieces) keep(piece);
  for (auto& [choice, result] : news_.ends) {
    note_end(static_cast<std::size_t>(choice), std::move(result));
  }
  if (!done() || error_) return;
  for (std::size_t i = 0; i < calls_.size(); ++i) choices_[i].tool_calls = calls_[i].whole();
  // Only the first choice of a prompt had the engine compute what is the same for all.
  const auto n = static_cast<std::size_t>(setup_.n);
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    if (i % n != 0) choices_[i].result.prompt_logprobs = choices_[i - i % n].result.prompt_logprobs;
  }
}

std::string CompletionReply::body() const {
  return result_body(setup_.head, choices_, total(), logprobs_);
}

void CompletionReply::begin_stream(std::string& out) {
  begun_ = true;
  const bool is_chat = setup_.head.kind == ApiKind::kChat;
  for (std::size_t i = 0; is_chat && i < choices_.size(); ++i) {
    writer_.append_role(out, static_cast<int>(i), choices_[i].prompt, usage_of(i));
  }
  for (std::size_t i = 0; !held_ && i < choices_.size(); ++i) {
    const std::string& echo = choices_[i].text;
    if (echo.empty()) continue;
    writer_.append_text(out, static_cast<int>(i), echo, usage_of(i));
    offsets_[i] = count_characters(echo);
  }
}

void CompletionReply::append_piece(std::string& out, ReplyChannel::Piece& piece) {
  const auto choice = static_cast<std::size_t>(piece.choice);
  num_tokens_[choice] += std::ssize(piece.tokens);
  if (held_) return keep(piece);
  if (plan_.echoes_alone) return;
  if (plain_) return writer_.append_text(out, piece.choice, piece.text, usage_of(choice));
  std::string tool_calls;
  if (!calls_.empty()) {
    tool_calls = calls_[choice].deltas(piece.text);
    // What is between the calls is said to nobody.
    const bool has_more = setup_.head.with_logprobs || setup_.head.return_token_ids;
    if (tool_calls.empty() && !has_more) return;
  }
  const bool is_first = num_tokens_[choice] == std::ssize(piece.tokens);
  const ChoiceAnswer answer{.text = std::move(piece.text),
                            .tool_calls = std::move(tool_calls),
                            .tokens = std::move(piece.tokens),
                            .logprobs = std::move(piece.logprobs),
                            .prompt = is_first ? choices_[choice].prompt : nullptr};
  writer_.append_piece(out, piece.choice, answer, offsets_[choice], usage_of(choice));
  offsets_[choice] += count_characters(answer.text);
}

void CompletionReply::append_held(std::string& out, std::size_t choice) {
  writer_.append_piece(out, static_cast<int>(choice), choices_[choice], 0, usage_of(choice));
}

void CompletionReply::append_events(std::string& out) {
  if (!begun_) begin_stream(out);
  for (ReplyChannel::Piece& piece : news_.pieces) append_piece(out, piece);
  for (auto& [number, result] : news_.ends) {
    const auto choice = static_cast<std::size_t>(number);
    note_end(choice, std::move(result));
    if (error_) return;
    num_tokens_[choice] = choices_[choice].result.num_output_tokens;
    if (held_) append_held(out, choice);
    writer_.append_end(out, number, choices_[choice].result, usage_of(choice));
  }
  if (!done()) return;
  if (setup_.head.include_usage) writer_.append_total(out, total());
  out += kSseDone;
}

Usage CompletionReply::usage_of(std::size_t choice) const {
  return {.prompt_tokens = std::ssize(*choices_[choice].prompt),
          .completion_tokens = num_tokens_[choice]};
}

Usage CompletionReply::total() const {
  Usage usage;
  std::int64_t cached = 0;
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    usage.completion_tokens += choices_[i].result.num_output_tokens;
    // A prompt counts once, however many choices it has.
    if (i % static_cast<std::size_t>(setup_.n) != 0) continue;
    usage.prompt_tokens += std::ssize(*choices_[i].prompt);
    cached += choices_[i].result.num_cached_tokens;
  }
  if (setup_.tells_cached_tokens) usage.cached_tokens = cached;
  return usage;
}

void CompletionReply::tell() const {
  if (!setup_.sink) return;
  RequestRecord record = setup_.record;
  const Usage usage = total();
  record.prompt_tokens = usage.prompt_tokens;
  record.completion_tokens = usage.completion_tokens;
  record.n = setup_.n;
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    const GenerationResult& result = choices_[i].result;
    if (!ended_[i]) continue;
    if (i % static_cast<std::size_t>(setup_.n) == 0) {
      record.cached_tokens += result.num_cached_tokens;
    }
    if (record.finish_reason.empty()) record.finish_reason = to_string(result.finish_reason);
    if (result.e2e < record.e2e) continue;
    record.e2e = result.e2e;
    record.ttft = result.ttft;
    record.queue_time = result.queue_time;
  }
  setup_.sink(record);
}

}  // namespace inferlab
