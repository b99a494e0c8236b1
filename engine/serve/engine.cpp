#include "engine/serve/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/backend/registry.h"

namespace inferlab {
namespace {

constexpr std::int64_t kDefaultKvCacheBytes = std::int64_t{256} * 1024 * 1024;
constexpr Duration kStatsInterval = 10s;  // of the throughput line in the log, as in vLLM

/// num_gpu_blocks: as told, or what the memory holds, or what max_num_seqs can use at most.
Result<std::int32_t> choose_num_blocks(const ServeOptions& options, const LlamaConfig& model,
                                       std::int64_t max_model_len) {
  if (options.num_gpu_blocks_override != 0) return options.num_gpu_blocks_override;
  const std::int64_t block_bytes =
      KvCacheShape{.num_blocks = 1, .block_size = options.block_size}.block_bytes(model);
  const bool is_default = options.kv_cache_memory_bytes == 0;
  const std::int64_t bytes = is_default ? kDefaultKvCacheBytes : options.kv_cache_memory_bytes;
  if (bytes < block_bytes || block_bytes <= 0) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("kv_cache_memory_bytes: is {}: one KV block takes {} bytes", bytes,
                             block_bytes),
                 "give the KV cache more memory"};
  }
  std::int64_t num_blocks = bytes / block_bytes;
  const std::int64_t per_request = (max_model_len - 1) / options.block_size + 1;
  if (is_default) num_blocks = std::min(num_blocks, per_request * options.max_num_seqs);
  return static_cast<std::int32_t>(std::min<std::int64_t>(num_blocks, INT32_MAX));
}

Result<SchedulerConfig> scheduler_config(const ServeOptions& options, const LlamaConfig& model) {
  if (options.max_model_len < 0 || options.max_model_len > model.max_model_len) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("max_model_len: is {}: the model {} was trained for {} tokens",
                             options.max_model_len, model.name, model.max_model_len),
                 "lower it, or leave it out"};
  }
  if (options.max_num_waiting < 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("max_num_waiting: is {}", options.max_num_waiting), "give at least 1"};
  }
  SchedulerConfig config;
  config.block_size = options.block_size;
  config.max_num_batched_tokens = options.max_num_batched_tokens;
  config.max_num_seqs = options.max_num_seqs;
  config.enable_chunked_prefill = options.enable_chunked_prefill;
  config.scheduling_policy = options.scheduling_policy;
  config.max_model_len = options.max_model_len == 0 ? model.max_model_len : options.max_model_len;
  config.num_gpu_blocks = 1;
  if (options.block_size >= 1 && options.max_num_seqs >= 1) {  // else checked() says so
    INFERLAB_TRY(config.num_gpu_blocks, choose_num_blocks(options, model, config.max_model_len));
  }
  return checked(config);
}

/// Before anything is reserved: the scheduler's own list of that many blocks could end the program
/// where the device would have refused them.
Result<void> check_memory(const SchedulerConfig& config, const LlamaConfig& model,
                          const DeviceInfo& device, KvType kv_type) {
  const std::int64_t block_bytes =
      KvCacheShape{.num_blocks = 1, .block_size = config.block_size, .type = kv_type}.block_bytes(
          model);
  if (device.memory_bytes <= 0 || config.num_gpu_blocks <= device.memory_bytes / block_bytes) {
    return {};
  }
  return Error{ErrorKind::kExhausted,
               fmt::format("KV cache: {} blocks of {} bytes do not fit in the {} bytes of {}",
                           config.num_gpu_blocks, block_bytes, device.memory_bytes, device.name),
               "ask for fewer KV blocks"};
}

/// The options, with the number of KV blocks that the device has room for where it is the one to
/// say.
Result<ServeOptions> fitted_to_device(const ServeOptions& options, const ModelWeights& weights,
                                      Backend& backend) {
  if (options.num_gpu_blocks_override != 0 || options.kv_cache_memory_bytes != 0) return options;
  // What else is wrong with them is said by scheduler_config().
  if (options.block_size < 1 || options.max_num_seqs < 1 || options.max_num_batched_tokens < 1) {
    return options;
  }
  const std::int64_t max_model_len =
      options.max_model_len <= 0 ? weights.config.max_model_len : options.max_model_len;
  INFERLAB_TRY(const std::optional<KvCacheShape> fit,
               backend.fit_kv(weights, options.block_size,
                              {.max_num_batched_tokens = options.max_num_batched_tokens,
                               .max_num_seqs = options.max_num_seqs,
                               .max_model_len = max_model_len,
                               .memory_utilization = options.gpu_memory_utilization}));
  ServeOptions out = options;
  if (fit) out.num_gpu_blocks_override = fit->num_blocks;
  return out;
}

}  // namespace

class Engine::Impl {
 public:
  Impl(const ServeOptions& options, Model model, Tokenizer tokenizer,
       std::optional<ChatTemplate> chat_template, std::unique_ptr<Backend> backend,
       const SchedulerConfig& config, LogSink log)
      : options_(options),
        config_(config),
        model_(std::move(model)),
        tokenizer_(std::move(tokenizer)),
        chat_template_(chat_template),
        backend_(std::move(backend)),
        log_(std::move(log)),
        names_(options.served_model_name),
        core_(
            config, tokenizer_, *backend_, model_.config().vocab_size, [this] { return now(); },
            log_) {
    if (names_.empty()) names_.push_back(model_.config().name);
  }

  ~Impl() { stop(); }

  /// Not in the constructor: the backend reads model_ in place, at its final address.
  Result<void> start() {
    const KvCacheShape kv{.num_blocks = config_.num_gpu_blocks,
                          .block_size = config_.block_size,
                          .type = backend_->default_kv_type(model_.weights)};
    INFERLAB_TRY_VOID(backend_->load(model_.weights, kv));
    if (log_) {
      log_(LogLevel::kInfo,
           fmt::format("Model {} on {}: {} parameters, max_model_len {}, KV cache {} blocks of {} "
                       "tokens",
                       names_[0], backend_->info().name, model_.weights.num_parameters(),
                       config_.max_model_len, config_.num_gpu_blocks, config_.block_size));
    }
    if (const std::string loaded = backend_->load_summary(); log_ && !loaded.empty()) {
      log_(LogLevel::kInfo, loaded);
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  Result<RequestId> submit(GenerationRequest&& request, GenerationCallbacks&& callbacks) {
    INFERLAB_TRY_VOID(request.sampling.check());
    INFERLAB_TRY_VOID(check_tokens(request));
    const auto num_prompt_tokens = static_cast<std::int64_t>(request.prompt.size());
    const RequestId id = ++last_id_;
    if (!request.has_seed) {
      request.sampling.seed = Rng(options_.seed, "sampler", std::to_string(id)).next();
    }
    auto sequence = std::make_unique<Sequence>(Sequence{
        .request = Request{.id = id,
                           .num_prompt_tokens = num_prompt_tokens,
                           .max_tokens = request.max_tokens.value_or(config_.max_model_len -
                                                                     num_prompt_tokens),
                           .priority = request.priority},
        .name = std::move(request.name),
        .tokens = std::move(request.prompt),
        .sampler = Sampler(request.sampling),
        .decoder = StreamDecoder(tokenizer_),
        .stop = StopChecker(std::move(request.stop), request.include_stop),
        .ignore_eos = request.ignore_eos,
        .min_tokens = request.min_tokens,
        .stop_token_ids = std::move(request.stop_token_ids),
        .include_stop = request.include_stop,
        .callbacks = std::move(callbacks)});
    if (sequence->min_tokens > 0) {
      sequence->not_before_min_tokens = sequence->stop_token_ids;
      for (TokenId token = 0; token < tokenizer_.size(); ++token) {
        if (tokenizer_.is_end(token)) sequence->not_before_min_tokens.push_back(token);
      }
    }
    {
      const std::scoped_lock lock(mutex_);
      if (failure_) return *failure_;
      const std::int64_t num_waiting = core_.stats().scheduler.num_requests_waiting +
                                       static_cast<std::int64_t>(submitted_.size());
      if (num_waiting >= options_.max_num_waiting) {
        return Error{
            ErrorKind::kExhausted,
            fmt::format("engine: request refused: {} requests are waiting already", num_waiting),
            "try again later"};
      }
      submitted_.push_back({std::move(sequence), std::min(request.arrival.value_or(now()), now())});
    }
    wake_.notify_one();
    return id;
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

 private:
  struct Submitted {
    std::unique_ptr<Sequence> sequence;
    Time at;
  };

  [[nodiscard]] Result<void> check_tokens(const GenerationRequest& request) const {
    const auto num_prompt_tokens = static_cast<std::int64_t>(request.prompt.size());
    const std::int64_t room = config_.max_model_len - num_prompt_tokens;
    if (num_prompt_tokens == 0) {
      return Error{ErrorKind::kInvalid, "prompt: is empty", "send at least one token"};
    }
    for (const TokenId id : request.prompt) {
      if (id >= 0 && id < model_.config().vocab_size) continue;
      return Error{ErrorKind::kInvalid,
                   fmt::format("prompt: token id {} is out of the vocabulary of {} tokens", id,
                               model_.config().vocab_size)};
    }
    if (room < 1) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("prompt: has {} tokens; this model's maximum context length is {} "
                               "tokens, output included",
                               num_prompt_tokens, config_.max_model_len),
                   "shorten the prompt"};
    }
    if (request.max_tokens && *request.max_tokens < 1) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("max_tokens: must be at least 1, got {}", *request.max_tokens)};
    }
    if (request.max_tokens && *request.max_tokens > room) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("max_tokens: {} is too large: this model's maximum context length "
                               "is {} tokens and the prompt has {}",
                               *request.max_tokens, config_.max_model_len, num_prompt_tokens),
                   fmt::format("ask for at most {}", room)};
    }
    const std::int64_t most = request.max_tokens.value_or(room);
    if (request.min_tokens < 0 || request.min_tokens > most) {
      return Error{ErrorKind::kInvalid, fmt::format("min_tokens: is {}, must be 0 to max_tokens={}",
                                                    request.min_tokens, most)};
    }
    for (const TokenId id : request.stop_token_ids) {
      if (id >= 0 && id < model_.config().vocab_size) continue;
      return Error{ErrorKind::kInvalid,
                   fmt::format("stop_token_ids: token id {} is out of the vocabulary of {} tokens",
                               id, model_.config().vocab_size)};
    }
    for (const std::string& stop : request.stop) {
      if (stop.empty()) return Error{ErrorKind::kInvalid, "stop: has an empty string"};
    }
    return {};
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
    if (!log_ || passed < kStatsInterval) return;
    const EngineStats stats = core_.stats();
    const double seconds = to_seconds(passed);
    log_(LogLevel::kInfo,
         fmt::format(
             "Engine 000: prompt throughput: {:.1f} tokens/s, generation throughput: {:.1f} "
             "tokens/s, running: {}, waiting: {}, KV cache usage: {:.1f}%",
             static_cast<double>(stats.prompt_tokens_total - logged_.prompt_tokens_total) / seconds,
             static_cast<double>(stats.generation_tokens_total - logged_.generation_tokens_total) /
                 seconds,
             stats.scheduler.num_requests_running, stats.scheduler.num_requests_waiting,
             100 * stats.scheduler.kv_cache_usage));
    logged_ = stats;
    stats_logged_ = now();
  }

  const ServeOptions options_;
  const SchedulerConfig config_;
  const Model model_;
  const Tokenizer tokenizer_;
  const std::optional<ChatTemplate> chat_template_;
  const std::unique_ptr<Backend> backend_;
  const LogSink log_;
  std::vector<std::string> names_;
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
  INFERLAB_TRY(const ServeOptions sized, fitted_to_device(options, model.weights, *backend));
  INFERLAB_TRY(const SchedulerConfig config, scheduler_config(sized, model.config()));
  INFERLAB_TRY_VOID(check_memory(config, model.config(), backend->info(),
                                 backend->default_kv_type(model.weights)));
  INFERLAB_TRY(Tokenizer tokenizer, Tokenizer::load(model.file));
  if (tokenizer.size() > model.config().vocab_size) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: tokenizer: has {} tokens: the model's vocab_size is {}",
                             model.file.name(), tokenizer.size(), model.config().vocab_size)};
  }
  std::optional<ChatTemplate> chat_template;
  if (Result<ChatTemplate> loaded = ChatTemplate::load(model.file)) {
    chat_template = *loaded;
  } else if (log) {
    // A completion model: /v1/chat/completions will say so.
    log(LogLevel::kWarn, "No chat template: " + loaded.error().message);
  }
  auto impl = std::make_unique<Impl>(options, std::move(model), std::move(tokenizer), chat_template,
                                     std::move(backend), config, std::move(log));
  INFERLAB_TRY_VOID(impl->start());
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Result<RequestId> Engine::submit(GenerationRequest request, GenerationCallbacks callbacks) {
  return impl_->submit(std::move(request), std::move(callbacks));
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
const LlamaConfig& Engine::model_config() const {
  return impl_->model().config();
}

}  // namespace inferlab
