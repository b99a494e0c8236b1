#include "sim/serving/llm_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace inferlab::sim {
namespace {

// Start-up phases of an engine with 32 layers; compilation and graph capture grow with the layers.
// Source: assets/facts/SOURCE.md, engine_start (default guesses there, like the process start).
constexpr Duration kProcessStart = 10s;
constexpr Duration kEngineStart = 2s;
constexpr Duration kCompile = 45s;
constexpr Duration kGraphCapture = 20s;
constexpr double kReferenceLayers = 32;
/// Source: model_load.rule: 12 to 25 GB/s reach the GPU.
constexpr double kPcieBandwidth = 12e9;
/// What vLLM keeps back besides weights and KV cache (activations, CUDA context, graphs): the gap
/// between its measured blocks and plain arithmetic. Source: engine.measured_kv_blocks.
constexpr std::int64_t kOtherGpuBytes = 1'700'000'000;
constexpr Duration kShutdown = 1s;
/// What the process needs of the container's memory, weights left out (they go to the GPU through
/// reclaimable page cache). Source: engine_start.host_memory, assumed.
constexpr std::int64_t kProcessMemory = std::int64_t{4} << 30;

double gib(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1073741824.0;
}

}  // namespace

LlmServer::LlmServer(WorkloadContext context, const std::vector<ModelSpec>& models,
                     double load_slowdown, const std::vector<ReplicaProfile>& profiles)
    : context_(std::move(context)),
      models_(models),
      load_slowdown_(load_slowdown),
      profiles_(profiles),
      host_delay_(context_.simulation, context_.process),
      timers_(context_.simulation) {}

LlmServer::~LlmServer() {
  if (loading_) context_.model_storage.cancel(transfer_);
}

void LlmServer::info(std::string_view line) {
  context_.host.log(fmt::format("INFO {}", line));
}
void LlmServer::error(std::string_view line) {
  context_.host.log(fmt::format("ERROR {}", line));
}

void LlmServer::fail(std::string_view line, int code) {
  error("EngineCore failed to start.");
  context_.host.log(line);
  if (loading_) context_.model_storage.cancel(transfer_);
  loading_ = false;
  timers_.drop();
  context_.host.exit(code);
}

Duration LlmServer::slowed(Duration duration) const {
  return Duration{std::llround(static_cast<double>(duration.count()) * load_slowdown_)};
}

void LlmServer::start() {
  began_ = timers_.now();
  const VllmCommand command = vllm_command_of(context_.container);
  Result<VllmArgs> args = parse_vllm_args(command.words);
  if (!args) {
    // argparse fails before anything heavy has been imported, but not before vLLM itself has.
    timers_.after(kProcessStart / 2, "llm/usage", [this, why = args.error().message] {
      context_.host.log(
          "usage: api_server.py [-h] [--host HOST] [--port PORT] [--model MODEL] ...");
      context_.host.log(why);
      context_.host.exit(2);
    });
    return;
  }
  args_ = std::move(*args);
  timers_.after(kProcessStart, "llm/boot", [this] { boot(); });
}

void LlmServer::boot() {
  const auto limit = context_.container.limits.find("memory");
  if (limit != context_.container.limits.end() && limit->second.units() < kProcessMemory) {
    timers_.drop();
    context_.host.exit(137, "OOMKilled", {});  // the kernel leaves no line in the log
    return;
  }
  info("Automatically detected platform " + std::string(context_.gpu_ids.empty() ? "cpu" : "cuda") +
       ".");
  info(fmt::format("vLLM API server for model {}", args_.model));
  if (context_.gpu_ids.empty()) {
    fail("RuntimeError: Failed to infer device type: no CUDA GPUs are available");
    return;
  }
  if (std::any_of(context_.gpus.begin(), context_.gpus.end(),
                  [](const GpuDevice* gpu) { return !gpu->usable(); })) {
    fail("RuntimeError: No CUDA GPUs are available");  // one of them has failed
    return;
  }
  if (context_.driver_is_too_old) {
    // PyTorch's words for cudaErrorInsufficientDriver.
    fail(
        fmt::format("RuntimeError: The NVIDIA driver on your system is too old (found version {}). "
                    "Please update your GPU driver by downloading and installing a new version "
                    "from the URL: http://www.nvidia.com/Download/index.aspx Alternatively, go to: "
                    "https://pytorch.org to install a PyTorch version that has been compiled with "
                    "your version of the CUDA driver.",
                    cuda_number(context_.pool.driver.cuda)));
    return;
  }
  const auto found = std::find_if(models_.begin(), models_.end(),
                                  [&](const ModelSpec& model) { return model.id == args_.model; });
  if (found == models_.end()) {
    fail(
        fmt::format("huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error: Repository "
                    "not found for model '{}'",
                    args_.model));
    return;
  }
  model_ = &*found;
  const bool has_revision = args_.revision.empty() || args_.revision == "main" ||
                            std::find(model_->revisions.begin(), model_->revisions.end(),
                                      args_.revision) != model_->revisions.end();
  if (!has_revision) {
    fail(
        fmt::format("huggingface_hub.errors.RevisionNotFoundError: 404 Client Error: revision '{}' "
                    "not found in '{}'",
                    args_.revision, args_.model));
    return;
  }
  check_devices();
}

void LlmServer::check_devices() {
  const int gpus = static_cast<int>(context_.gpu_ids.size());
  if (args_.tensor_parallel_size > gpus) {
    fail(
        fmt::format("ValueError: tensor parallel size ({}) is larger than the number of available "
                    "GPUs ({})",
                    args_.tensor_parallel_size, gpus));
    return;
  }
  if (!(args_.gpu_memory_utilization > 0 && args_.gpu_memory_utilization <= 1)) {
    fail(fmt::format("ValueError: GPU memory utilization must be in (0, 1]; got {}",
                     args_.gpu_memory_utilization));
    return;
  }
  if (args_.max_model_len > model_->max_model_len) {
    fail(
        fmt::format("ValueError: max_model_len ({}) is greater than the model's own limit "
                    "(max_position_embeddings={})",
                    args_.max_model_len, model_->max_model_len));
    return;
  }
  if (args_.max_model_len <= 0) args_.max_model_len = model_->max_model_len;
  info(
      fmt::format("Initializing an engine with model='{}', revision={}, max_seq_len={}, "
                  "tensor_parallel_size={}",
                  args_.model, args_.revision.empty() ? "None" : args_.revision,
                  args_.max_model_len, args_.tensor_parallel_size));
  timers_.after(kEngineStart, "llm/engine-start", [this] { load_weights(); });
}

void LlmServer::load_weights() {
  weights_on_gpu_ = model_->weights_bytes / args_.tensor_parallel_size;
  const std::int64_t memory = context_.gpu->memory_bytes;
  if (weights_on_gpu_ + kOtherGpuBytes / 2 > memory) {
    fail(fmt::format(
        "torch.OutOfMemoryError: CUDA out of memory. GPU 0 has a total capacity of {:.2f} "
        "GiB; the model's weights alone need {:.2f} GiB on each GPU",
        gib(memory), gib(weights_on_gpu_)));
    return;
  }
  if (const std::string why = memory_shortage(); !why.empty()) {
    fail(why);
    return;
  }
  if (!hold_on_gpus(weights_on_gpu_ + kOtherGpuBytes / 2)) {
    fail(out_of_memory(weights_on_gpu_));
    return;
  }
  info(fmt::format("Starting to load model {}...", args_.model));
  const Time began = timers_.now();
  loading_ = true;
  transfer_ = context_.model_storage.load(model_load(), timers_.guarded([this, began] {
    loading_ = false;
    downloaded_ = true;
    context_.host.use_has_grown();
    const double pcie_seconds = static_cast<double>(weights_on_gpu_) / kPcieBandwidth;
    const Time earliest = began + slowed(Duration{std::llround(pcie_seconds * 1e9)});
    timers_.at(earliest, "llm/weights", [this, began] { weights_loaded(began); });
  }));
}

void LlmServer::weights_loaded(Time began) {
  info(fmt::format("Model loading took {:.4f} GiB and {:.6f} seconds", gib(weights_on_gpu_),
                   to_seconds(timers_.now() - began)));
  compile();
}

void LlmServer::compile() {
  const double layers = model_->layers > 0 ? model_->layers : kReferenceLayers;
  const Duration takes = args_.enforce_eager
                             ? 0s
                             : Duration{std::llround(static_cast<double>(kCompile.count()) *
                                                     layers / kReferenceLayers)};
  timers_.after(takes, "llm/compile", [this, takes] {
    if (takes > 0s) info(fmt::format("torch.compile takes {:.2f} s in total", to_seconds(takes)));
    capture_graphs();
  });
}

void LlmServer::capture_graphs() {
  const auto usable = static_cast<std::int64_t>(static_cast<double>(context_.gpu->memory_bytes) *
                                                args_.gpu_memory_utilization);
  const std::int64_t kv_on_gpu = usable - weights_on_gpu_ - kOtherGpuBytes;
  if (kv_on_gpu <= 0) {
    fail(
        "ValueError: No available memory for the cache blocks. Try increasing "
        "`gpu_memory_utilization` when initializing the engine.");
    return;
  }
  if (!hold_on_gpus(usable)) {
    fail(out_of_memory(kv_on_gpu));
    return;
  }
  kv_bytes_ = kv_on_gpu * args_.tensor_parallel_size;
  const std::int64_t tokens = kv_bytes_ / model_->kv_bytes_per_token;
  info(fmt::format("Available KV cache memory: {:.2f} GiB", gib(kv_on_gpu)));
  info(fmt::format("GPU KV cache size: {} tokens", tokens));
  const std::int64_t needed = args_.max_model_len * model_->kv_bytes_per_token;
  if (needed > kv_bytes_) {
    fail(
        fmt::format("ValueError: To serve at least one request with the model's max seq len ({}), "
                    "{:.2f} GiB KV cache is needed, which is larger than the available KV cache "
                    "memory ({:.2f} GiB). The estimated maximum model length is {}. Try increasing "
                    "`gpu_memory_utilization` or decreasing `max_model_len`.",
                    args_.max_model_len, gib(needed), gib(kv_bytes_),
                    tokens / args_.block_size * args_.block_size));
    return;
  }
  const double layers = model_->layers > 0 ? model_->layers : kReferenceLayers;
  const Duration takes = args_.enforce_eager
                             ? 0s
                             : Duration{std::llround(static_cast<double>(kGraphCapture.count()) *
                                                     layers / kReferenceLayers)};
  timers_.after(takes, "llm/graphs", [this, takes] {
    if (takes > 0s) info(fmt::format("Graph capturing finished in {:.0f} secs", to_seconds(takes)));
    serve();
  });
}

void LlmServer::serve() {
  SchedulerConfig config;
  const std::int64_t tokens = kv_bytes_ / model_->kv_bytes_per_token;
  config.block_size = static_cast<std::int32_t>(args_.block_size);
  config.num_gpu_blocks =
      static_cast<std::int32_t>(std::min<std::int64_t>(tokens / args_.block_size, INT32_MAX / 2));
  config.max_num_batched_tokens = args_.max_num_batched_tokens;
  config.max_num_seqs = args_.max_num_seqs;
  config.max_model_len = args_.max_model_len;
  config.enable_chunked_prefill = args_.enable_chunked_prefill;
  config.enable_prefix_caching = args_.enable_prefix_caching;
  const Result<SchedulerConfig> usable = checked(config);
  if (!usable) {
    fail("ValueError: " + usable.error().message);
    return;
  }
  info(fmt::format("# GPU blocks: {}, block size: {}", config.num_gpu_blocks, config.block_size));
  const StepProfile* const measured = profile();
  if (measured != nullptr) front_end_ = Duration{measured->request_ns};
  engine_ = std::make_unique<SimulatedEngine>(
      context_.simulation, *usable,
      measured != nullptr ? CostModel(*measured)
                          : CostModel(*context_.gpu, *model_, args_.tensor_parallel_size),
      args_.served_name());
  host_delay_.set_workers(args_.tensor_parallel_size);
  engine_->set_host_delay(&host_delay_);
  serving_ = true;
  served_ = timers_.now();
  listen_to_gpus();
  info(fmt::format("Starting vLLM API server on http://{}:{}",
                   args_.host.empty() ? "0.0.0.0" : args_.host, args_.port));
  info("Application startup complete.");
}

void LlmServer::terminate() {
  if (stopping_) return;
  stopping_ = true;
  if (!serving_) {
    // Python's own SIGTERM: nothing to clean up before the server runs.
    if (loading_) context_.model_storage.cancel(transfer_);
    loading_ = false;
    timers_.drop();
    timers_.after(0s, "llm/exit", [this] { context_.host.exit(143); });
    return;
  }
  info("Shutting down");
  killed();
  serving_ = false;
  timers_.after(kShutdown, "llm/exit", [this] {
    info("Finished server process");
    context_.host.exit(0);
  });
}

void LlmServer::killed() {
  serving_ = false;
  if (engine_) engine_->abort_all();
  // What is left never got as far as the engine.
  for (auto& [id, pending] : std::exchange(requests_, {})) {
    if (pending.events.finished) pending.events.finished(timers_.now(), FinishReason::kAbort);
  }
  share_gpus();
}

bool LlmServer::listens_on(int port) const {
  return serving_ && port == args_.port && args_.listens_outside();
}

HttpAnswer LlmServer::http_get(int port, std::string_view path) {
  return listens_on(port) ? answer(path) : HttpAnswer{};
}

HttpAnswer LlmServer::http_get_inside(int port, std::string_view path) {
  return serving_ && port == args_.port ? answer(path) : HttpAnswer{};
}

HttpAnswer LlmServer::answer(std::string_view path) const {
  const std::string_view route = path.substr(0, path.find('?'));
  // Probes bring no key, and vLLM asks for one under /v1 alone.
  if (route.starts_with("/v1") && !api_keys().empty()) return {true, 401, 1ms};
  for (const std::string_view known : {"/health", "/ping", "/load", "/v1/models", "/metrics",
                                       "/version", "/docs", "/openapi.json"}) {
    if (route == known) return {true, 200, 1ms};
  }
  const bool wants_post = route == "/v1/chat/completions" || route == "/v1/completions";
  return {true, wants_post ? 405 : 404, 1ms};
}

void LlmServer::scrape(std::vector<Sample>& samples) {
  if (serving_) engine_->scrape(samples);
}

GpuUse LlmServer::gpu_use() {
  if (engine_) {
    const auto used = static_cast<std::int64_t>(static_cast<double>(context_.gpu->memory_bytes) *
                                                args_.gpu_memory_utilization);
    return {used, engine_->busy()};
  }
  return {loading_ ? weights_on_gpu_ / 2 : weights_on_gpu_, 0s};
}

// Start-up keeps one CPU busy throughout; afterwards each GPU has a process that drives it and
// spins while a step runs, and every request costs the front end its time. In memory are the
// process and the weights, whose pages stay cached from the read: as far as the container's limit
// lets them. Sources: timings engine_start.steps, engine.per_request_overheads_us.
HostUse LlmServer::host_use() {
  const Time started_up = engine_ ? served_ : timers_.now();
  HostUse use{started_up - began_, kProcessMemory};
  if (engine_) {
    use.cpu += engine_->busy() * args_.tensor_parallel_size;
    use.cpu += front_end_ * static_cast<std::int64_t>(last_id_);
  }
  if (model_ != nullptr && weights_on_gpu_ > 0) {
    use.memory_bytes += loading_ ? model_->weights_bytes / 2 : model_->weights_bytes;
    use.cached_bytes = use.memory_bytes - kProcessMemory;
    if (downloaded_ && context_.place_of) {
      use.disk_path = cache_folder();
      const bool is_kept = context_.place_of(use.disk_path).kind != FilePlace::Kind::kLayer;
      use.disk_bytes = is_kept ? model_->weights_bytes : 0;
    }
  }
  const auto limit = context_.container.limits.find("memory");
  if (limit != context_.container.limits.end()) {
    use.memory_bytes = std::min(use.memory_bytes, limit->second.units());
    use.cached_bytes = std::min(use.cached_bytes, use.memory_bytes);
  }
  return use;
}

}  // namespace inferlab::sim
