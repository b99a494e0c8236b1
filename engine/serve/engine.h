#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/model/model_weights.h"
#include "engine/serve/engine_core.h"
#include "engine/serve/generation.h"
#include "engine/serve/lora_registry.h"
#include "engine/serve/serve_options.h"
#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// The inference engine: a model on a device, continuous batching on one thread of its own.
/// All functions may be called from any thread, but none from a callback.
class Engine {
 public:
  /// Loads options.model onto options.device and starts the thread. `log` is called from that
  /// thread and from callers. Errors: the file's, the device's, and kInvalid for options that
  /// contradict the model or each other.
  static Result<std::unique_ptr<Engine>> load(const ServeOptions& options, LogSink log = {});
  /// As load(), with a model and a backend that the caller made; options.model and options.device
  /// are not looked at.
  static Result<std::unique_ptr<Engine>> start(const ServeOptions& options, Model model,
                                               std::unique_ptr<Backend> backend, LogSink log = {});
  /// stop()s.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Queues the request. The id is for cancel(). Without an error `callbacks.on_end` comes exactly
  /// once, at the latest from stop(). kInvalid: bad sampling parameters, empty prompt, more tokens
  /// than max_model_len; kExhausted: the waiting queue is full; kUnavailable: stopped or broken.
  Result<RequestId> submit(GenerationRequest request, GenerationCallbacks callbacks);
  /// Queues all of them or none; each ends by itself. The callbacks are as many.
  Result<std::vector<RequestId>> submit_all(std::vector<GenerationRequest> requests,
                                            std::vector<GenerationCallbacks> callbacks);
  /// The client has gone. Soon after, the request's KV blocks are free and on_end says kAbort; a
  /// request that has ended is let alone.
  void cancel(RequestId id);
  /// Ends all requests and the thread. What is submitted later is refused.
  void stop();

  /// Time since the engine's start, for GenerationRequest::arrival.
  [[nodiscard]] Time now() const;

  /// Tokens of plain text, with BOS where the model wants it.
  [[nodiscard]] std::vector<TokenId> tokenize(std::string_view text) const;
  /// Prompt tokens of a completion's text. Control tokens that it spells count as such: who sends a
  /// raw prompt writes the template himself, as with vLLM. kInvalid: too long to fit in the context
  /// whatever it says.
  [[nodiscard]] Result<std::vector<TokenId>> tokenize_prompt(std::string_view text) const;
  /// Prompt tokens of a conversation. kInvalid: no chat template, a message that it cannot say, or
  /// as tokenize_prompt().
  [[nodiscard]] Result<std::vector<TokenId>> render_chat(
      std::span<const ChatMessage> messages) const;

  /// For GenerationRequest::grammar. kInvalid names the field and why.
  [[nodiscard]] Result<std::shared_ptr<const structured::Grammar>> grammar(
      const structured::StructuredSpec& spec) const;

  [[nodiscard]] EngineStats stats() const;
  /// Prometheus text, with vLLM's names.
  [[nodiscard]] std::string render_metrics() const;
  /// Why the engine takes no requests; nullopt while it is well.
  [[nodiscard]] std::optional<Error> failure() const;

  /// The first is the one in answers.
  [[nodiscard]] const std::vector<std::string>& served_model_names() const;
  [[nodiscard]] std::int64_t max_model_len() const;
  [[nodiscard]] const Tokenizer& tokenizer() const;
  /// nullopt: a completion model, or a template that is not known.
  [[nodiscard]] const std::optional<ChatTemplate>& chat_template() const;
  [[nodiscard]] const LlamaConfig& model_config() const;
  /// Null unless the model is served for pooling: requests with `pooling` only, or none of them.
  [[nodiscard]] const PoolingConfig* pooling() const;
  /// The adapters that requests may choose; null where the options enable none.
  [[nodiscard]] LoraRegistry* loras() const;

 private:
  class Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace inferlab
