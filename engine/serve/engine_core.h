#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "engine/base/log.h"
#include "engine/schedule/scheduler.h"
#include "engine/schedule/step_executor.h"
#include "engine/serve/drafter.h"
#include "engine/serve/sequence.h"
#include "engine/serve/serve_metrics.h"

namespace inferlab {

/// A moment of the engine.
struct EngineStats {
  SchedulerStats scheduler;
  std::int32_t num_free_blocks = 0;
  std::int32_t num_blocks = 0;
  std::int64_t prompt_tokens_total = 0;
  std::int64_t generation_tokens_total = 0;
  std::int64_t num_finished_total = 0;  ///< whatever the reason
};

/// Joins Scheduler, Backend, Sampler and Tokenizer: the part of the engine that runs on its one
/// thread. Only stats() and render_metrics() may be called from others.
class EngineCore {
 public:
  /// What runs the steps of the core's sequences, which are its argument.
  using MakeExecutor = std::function<std::unique_ptr<StepExecutor>(const SequenceTable&)>;
  /// Borrows tokenizer and what the executor borrows; `drafter` may be null. `clock` gives the
  /// time since the engine's start.
  EngineCore(const SchedulerConfig& config, std::unique_ptr<Drafter> drafter,
             const Tokenizer& tokenizer, const MakeExecutor& make_executor,
             std::function<Time()> clock, LogSink log);

  /// Takes the request into the waiting queue; one that the scheduler refuses ends at once.
  void add(std::unique_ptr<Sequence> sequence, Time arrival);
  /// Ends the request, if it is still there; its KV blocks are free at once.
  void cancel(RequestId id);
  /// One step. After an error of the backend all requests have ended with it, and the core takes no
  /// more: the caller passes the error on to whoever comes.
  Result<void> step();
  /// Ends everything with `error`.
  void cancel_all(const Error& error);

  [[nodiscard]] bool has_requests() const { return !sequences_.empty(); }
  [[nodiscard]] EngineStats stats() const;
  [[nodiscard]] std::string render_metrics(const std::string& model_name,
                                           std::int64_t more_waiting) const;

 private:
  /// What a step brought to one sequence.
  struct Emission {
    Sequence* sequence;
    std::string text = {};
    std::vector<TokenId> tokens = {};
    std::optional<Time> previous_token = {};
  };

  /// Ends what is past its deadline.
  void expire();
  /// Takes the guesses that were right and the sampled token over, up to the one that ends the
  /// request, if one does; `sampled` is cut to that.
  Emission consume(Sequence& sequence, SampledToken& sampled) const;
  /// Takes one token over. Whether the request ends with it.
  bool consume_token(Sequence& sequence, TokenId token, std::int64_t num_output_tokens,
                     std::string& text) const;
  void emit(Emission& emission) const;
  /// Guesses, for the next step, what those go on with that have just got a token.
  void draft(std::span<const Emission> emissions);
  void publish();
  void publish_counts();
  void end(Sequence& sequence, const std::optional<Error>& error);

  const Tokenizer* tokenizer_;
  const std::unique_ptr<Drafter> drafter_;  // null: no guesses
  const bool names_blocks_;
  std::function<Time()> clock_;
  LogSink log_;
  SequenceTable sequences_;
  Scheduler scheduler_;
  std::unique_ptr<StepExecutor> executor_;

  mutable std::mutex mutex_;  // of those below
  ServeMetrics metrics_;
  EngineStats published_;
  // Names of the adapters that run and wait, where there are adapters.
  std::vector<std::string> running_loras_;
  std::vector<std::string> waiting_loras_;
};

}  // namespace inferlab
