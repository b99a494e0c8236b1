#include "engine/serve/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/backend/registry.h"
#include "engine/serve/device_executor.h"
#include "engine/serve/engine_limits.h"
#include "engine/serve/grammar_cache.h"
#include "engine/serve/make_drafter.h"
#include "engine/serve/make_loras.h"
#include "engine/serve/make_sequence.h"
#include "engine/serve/pooling_executor.h"
#include "engine/serve/stats_line.h"

namespace inferlab {
namespace {

constexpr Duration kStatsInterval = 10s;  // of the throughput line in the log, as in vLLM

}  // namespace

class Engine::Impl {
 public:
  Impl(const ServeOptions& options, Model model, Tokenizer tokenizer,
       std::optional<ChatTemplate> chat_template, std::unique_ptr<Backend> backend,
       const SchedulerConfig& config, const KvCacheShape& kv, std::unique_ptr<Drafter> drafter,
       std::optional<PoolingConfig> pooling, LogSink log)
      : options_(options),
        config_(config),
        kv_(kv),
        model_(std::move(model)),
        tokenizer_(std::move(tokenizer)),
        chat_template_(chat_template),
        backend_(std::move(backend)),
        pooling_(std::move(pooling)),
        log_(std::move(log)),
        names_(options.served_model_name),
        context_{.config = &config_,
                 .tokenizer = &tokenizer_,
                 .vocab_size = model_.config().vocab_size,
                 .seed = options.seed,
                 .pooling = pooling_ ? &*pooling_ : nullptr,
                 .hidden_size = model_.config().hidden_size,
                 .model_name = names_.empty() ? model_.config().name : names_[0]},
        core_(
            config, std::move(drafter), tokenizer_,
            [this](const SequenceTable& sequences) { return make_executor(sequences); },
            [this] { return now(); }, log_) {
    if (names_.empty()) names_.push_back(model_.config().name);
  }

  ~Impl() { stop(); }

  /// Not in the constructor: the backend reads model_ in place, at its final address.
  Result<void> start() {
    if (model_.encoder) {
      INFERLAB_TRY_VOID(backend_->load_encoder(*model_.encoder));
    } else {
      INFERLAB_TRY_VOID(backend_->load(model_.weights, kv_));
    }
    INFERLAB_TRY(loras_, make_loras(options_, model_.config(), log_));
    if (log_) {
      log_(LogLevel::kInfo,
           fmt::format("Model {} on {}: {} parameters, max_model_len {}, KV cache {} blocks of {} "
                       "tokens",
                       names_[0], backend_->info().name, model_.num_parameters(),
                       config_.max_model_len, config_.num_gpu_blocks, config_.block_size));
    }
    if (const std::string loaded = backend_->load_summary(); log_ && !loaded.empty()) {
      log_(LogLevel::kInfo, loaded);
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  Result<std::vector<RequestId>> submit_all(std::vector<GenerationRequest>&& requests,
                                            std::vector<GenerationCallbacks>&& callbacks) {
    INFERLAB_CHECK(requests.size() == callbacks.size());
    std::vector<RequestId> ids;
    std::vector<Submitted> mail;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const Time arrival = std::min(requests[i].arrival.value_or(now()), now());
      ids.push_back(++last_id_);
      INFERLAB_TRY(std::unique_ptr<Sequence> sequence,
                   make_sequence(ids.back(), std::move(requests[i]), arrival, context_));
      sequence->callbacks = std::move(callbacks[i]);
      mail.push_back({std::move(sequence), arrival});
    }
    {
      const std::scoped_lock lock(mutex_);
      if (failure_) return *failure_;
      const std::int64_t num_waiting =
          core_.stats().scheduler.num_requests_waiting + std::ssize(submitted_);
      // Who alone asks for more than may wait is taken when nobody else does.
      if (num_waiting > 0 && num_waiting + std::ssize(mail) > options_.max_num_waiting) {
        return Error{
            ErrorKind::kExhausted,
            fmt::format("engine: request refused: {} requests are waiting already", num_waiting),
            "try again later"};
      }
      for (Submitted& one : mail) submitted_.push_back(std::move(one));
    }
    wake_.notify_one();
    return ids;
  }

  void cancel(RequestId id) {
    {
      const std::scoped_lock lock(mutex_);
      cancelled_.push_back(id);
    }
    wake_.notify_one();
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
      if (!failure_) {
        failure_ = Error{ErrorKind::kUnavailable, "engine: is shutting down",
                         "send the request to another replica"};
      }
    }
    wake_.notify_one();
    const std::scoped_lock lock(join_mutex_);  // stop() may come from two threads
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] EngineStats stats() const {
    const std::scoped_lock lock(mutex_);
    EngineStats stats = core_.stats();
    stats.scheduler.num_requests_waiting += static_cast<std::int64_t>(submitted_.size());
    return stats;
  }

  [[nodiscard]] std::string render_metrics() const {
    const std::scoped_lock lock(mutex_);
    return core_.render_metrics(names_[0], static_cast<std::int64_t>(submitted_.size()));
  }

  [[nodiscard]] std::optional<Error> failure() const {
    const std::scoped_lock lock(mutex_);
    return failure_;
  }

  [[nodiscard]] Time now() const { return Time(std::chrono::steady_clock::now() - started_); }

  /// Before the text is tokenized, which would take its time in vain.
  [[nodiscard]] Result<void> check_bytes(std::size_t bytes) const {
    const auto longest = static_cast<std::int64_t>(tokenizer_.longest_token_bytes());
    const std::int64_t least = (static_cast<std::int64_t>(bytes) - 1) / longest + 1;
    if (least <= config_.max_model_len) return {};
    return Error{ErrorKind::kInvalid,
                 fmt::format("prompt: has {} bytes and so {} tokens at least; this model's maximum "
                             "context length is {} tokens, output included",
                             bytes, least, config_.max_model_len),
                 "shorten the prompt"};
  }

  [[nodiscard]] const SchedulerConfig& config() const { return config_; }
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] const Tokenizer& tokenizer() const { return tokenizer_; }
  [[nodiscard]] const std::optional<ChatTemplate>& chat_template() const { return chat_template_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] GrammarCache& grammars() { return grammars_; }
  [[nodiscard]] const PoolingConfig* pooling() const { return context_.pooling; }
  [[nodiscard]] LoraRegistry* loras() const { return loras_.get(); }

 private:
  struct Submitted {
    std::unique_ptr<Sequence> sequence;
    Time at;
  };

  [[nodiscard]] std::unique_ptr<StepExecutor> make_executor(const SequenceTable& sequences) const {
    const LlamaConfig& model = model_.config();
    const std::int64_t max_loras = config_.max_loras;
    if (!pooling_) {
      return std::make_unique<DeviceExecutor>(*backend_, model.vocab_size, sequences, max_loras);
    }
    return std::make_unique<PoolingExecutor>(*backend_, model_.encoder.has_value(), *pooling_,
                                             model.hidden_size, sequences, max_loras);
  }

  /// The engine's thread.
  void run() {
    while (take_mail()) {
      if (!core_.has_requests()) continue;
      if (const Result<void> stepped = core_.step(); !stepped) break_down(stepped.error());
      log_stats();
    }
    core_.cancel_all(*failure());
  }

  /// Waits while there is nothing to do. False when the engine stops.
  bool take_mail() {
    std::vector<RequestId> cancelled;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] {
        return stopping_ || !submitted_.empty() || !cancelled_.empty() || core_.has_requests();
      });
      // Under the lock, so that no request is for a moment counted neither here nor there.
      for (Submitted& mail : submitted_) core_.add(std::move(mail.sequence), mail.at);
      submitted_.clear();
      cancelled.swap(cancelled_);
      if (stopping_) return false;
    }
    for (const RequestId id : cancelled) core_.cancel(id);
    return true;
  }

  /// The device is lost: whoever waits in the mailbox goes the way of the running ones.
  void break_down(const Error& error) {
    if (log_) log_(LogLevel::kError, "Engine failed: " + error.message);
    {
      const std::scoped_lock lock(mutex_);
      if (!stopping_) failure_ = error;
      for (Submitted& mail : submitted_) core_.add(std::move(mail.sequence), mail.at);
      submitted_.clear();
    }
    core_.cancel_all(error);
  }

  void log_stats() {
    const Duration passed = now() - stats_logged_;
    if (!log_ || options_.disable_log_stats || passed < kStatsInterval) return;
    const EngineStats stats = core_.stats();
    log_(LogLevel::kInfo, stats_line(stats, logged_, passed));
    logged_ = stats;
    stats_logged_ = now();
  }

  const ServeOptions options_;
  const SchedulerConfig config_;
  const KvCacheShape kv_;
  const Model model_;
  const Tokenizer tokenizer_;
  const std::optional<ChatTemplate> chat_template_;
  GrammarCache grammars_{tokenizer_};
  const std::unique_ptr<Backend> backend_;
  std::unique_ptr<LoraRegistry> loras_;  // null: no adapters
  const std::optional<PoolingConfig> pooling_;
  const LogSink log_;
  std::vector<std::string> names_;
  const SequenceContext context_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  EngineCore core_;
  std::atomic<RequestId> last_id_ = 0;
  Time stats_logged_ = {};
  EngineStats logged_;

  mutable std::mutex mutex_;  // of the mailbox: the next five. Taken before the core's own.
  std::condition_variable wake_;
  std::vector<Submitted> submitted_;
  std::vector<RequestId> cancelled_;
  std::optional<Error> failure_;
  bool stopping_ = false;

  std::mutex join_mutex_;
  std::thread thread_;
};

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::load(const ServeOptions& options, LogSink log) {
  INFERLAB_TRY(Model model, Model::open(options.model));
  INFERLAB_TRY(std::unique_ptr<Backend> backend, make_backend(options.device));
  return start(options, std::move(model), std::move(backend), std::move(log));
}

Result<std::unique_ptr<Engine>> Engine::start(const ServeOptions& options, Model model,
                                              std::unique_ptr<Backend> backend, LogSink log) {
  INFERLAB_TRY(std::optional<PoolingConfig> pooling, pooling_config(options, model));
  INFERLAB_TRY(const KvType type, kv_type(options, backend->default_kv_type(model.weights)));
  INFERLAB_TRY(SchedulerConfig config,
               engine_config(options, type, model, pooling.has_value(), *backend));
  // The states of a known prefix are not computed: only LAST can do without them. As in vLLM.
  if (pooling && pooling->type != PoolingType::kLast) config.enable_prefix_caching = false;
  const KvCacheShape kv{
      .num_blocks = config.num_gpu_blocks, .block_size = config.block_size, .type = type};
  if (!model.encoder) INFERLAB_TRY_VOID(check_memory(kv, model.config(), backend->info()));
  INFERLAB_TRY(Tokenizer tokenizer, Tokenizer::load(model.file));
  if (tokenizer.size() > model.config().vocab_size) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: tokenizer: has {} tokens: the model's vocab_size is {}",
                             model.file.name(), tokenizer.size(), model.config().vocab_size)};
  }
  std::optional<ChatTemplate> chat_template;
  if (Result<ChatTemplate> loaded = ChatTemplate::load(model.file)) {
    chat_template = *loaded;
  } else if (log && !pooling) {
    // A completion model: /v1/chat/completions will say so.
    log(LogLevel::kWarn, "No chat template: " + loaded.error().message);
  }
  if (pooling && (!options.speculative_model.empty() ||
                  options.speculative_config.num_speculative_tokens > 0)) {
    return Error{ErrorKind::kInvalid,
                 "--speculative-config: a model that is served for pooling generates no tokens",
                 "leave it out"};
  }
  INFERLAB_TRY(std::unique_ptr<Drafter> drafter, make_drafter(options, kv, model.config(), log));
  auto impl = std::make_unique<Impl>(options, std::move(model), std::move(tokenizer), chat_template,
                                     std::move(backend), config, kv, std::move(drafter),
                                     std::move(pooling), std::move(log));
  INFERLAB_TRY_VOID(impl->start());
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Result<RequestId> Engine::submit(GenerationRequest request, GenerationCallbacks callbacks) {
  std::vector<GenerationRequest> requests;
  requests.push_back(std::move(request));
  std::vector<GenerationCallbacks> all_callbacks;
  all_callbacks.push_back(std::move(callbacks));
  INFERLAB_TRY(const std::vector<RequestId> ids,
               impl_->submit_all(std::move(requests), std::move(all_callbacks)));
  return ids.front();
}
Result<std::vector<RequestId>> Engine::submit_all(std::vector<GenerationRequest> requests,
                                                  std::vector<GenerationCallbacks> callbacks) {
  return impl_->submit_all(std::move(requests), std::move(callbacks));
}
void Engine::cancel(RequestId id) {
  impl_->cancel(id);
}
void Engine::stop() {
  impl_->stop();
}
std::vector<TokenId> Engine::tokenize(std::string_view text) const {
  return impl_->tokenizer().encode(text);
}

Result<std::vector<TokenId>> Engine::tokenize_prompt(std::string_view text) const {
  INFERLAB_TRY_VOID(impl_->check_bytes(text.size()));
  return impl_->tokenizer().encode(text, {.parse_special = true});
}

Result<std::vector<TokenId>> Engine::render_chat(std::span<const ChatMessage> messages) const {
  std::size_t bytes = 0;
  for (const ChatMessage& message : messages) bytes += message.content.size();
  INFERLAB_TRY_VOID(impl_->check_bytes(bytes));
  if (!impl_->chat_template()) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("messages: the model {} has no chat template that is known", impl_->names()[0]),
        "use /v1/completions"};
  }
  return impl_->chat_template()->render(impl_->tokenizer(), messages);
}

Time Engine::now() const {
  return impl_->now();
}
Result<std::shared_ptr<const structured::Grammar>> Engine::grammar(
    const structured::StructuredSpec& spec) const {
  return impl_->grammars().get(spec);
}
EngineStats Engine::stats() const {
  return impl_->stats();
}
std::string Engine::render_metrics() const {
  return impl_->render_metrics();
}
std::optional<Error> Engine::failure() const {
  return impl_->failure();
}
const std::vector<std::string>& Engine::served_model_names() const {
  return impl_->names();
}
std::int64_t Engine::max_model_len() const {
  return impl_->config().max_model_len;
}
const Tokenizer& Engine::tokenizer() const {
  return impl_->tokenizer();
}
const std::optional<ChatTemplate>& Engine::chat_template() const {
  return impl_->chat_template();
}
const LlamaConfig& Engine::model_config() const {
  return impl_->model().config();
}
const PoolingConfig* Engine::pooling() const {
  return impl_->pooling();
}
LoraRegistry* Engine::loras() const {
  return impl_->loras();
}

}  // namespace inferlab
