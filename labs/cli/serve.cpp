#include "engine/serve/serve.h"

#include <fmt/format.h>

#include <cstdlib>
#include <mutex>
#include <utility>

#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/stop_signals.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

// vLLM reads its key from the environment too: arguments can be seen by everybody on the machine.
constexpr const char* kKeyVariable = "VLLM_API_KEY";
constexpr std::size_t kMaxKeyBytes = 4096;

class Serve final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("MODEL", options_.model, "a GGUF file; the one that ships if left out", false);
    args.option("--model", options_.model, "the same");
    args.option("--served-model-name", options_.served_model_name, "names in the API");
    args.option("--host", options_.host, "address to listen on");
    args.option("--port", port_, "to listen on; 0: a free one", 0, 65535);
    args.option(
        "--api-key", options_.api_key,
        "asked for under /v1; others on this machine can read it from the list of processes");
    args.option("--api-key-file", key_file_, "file that holds the key; or set VLLM_API_KEY");
    args.option("--max-model-len", options_.max_model_len, "tokens; 0: the model's", 0, kMax);
    args.option("--max-num-seqs", options_.max_num_seqs, "requests in a step", 1, kMax);
    args.option("--max-num-batched-tokens", options_.max_num_batched_tokens, "tokens in a step", 1,
                kMax);
    args.option("--num-gpu-blocks-override", blocks_, "KV blocks; 0: from the memory", 0, kMax);
    args.option("--kv-cache-memory-bytes", options_.kv_cache_memory_bytes,
                "bytes for KV blocks; 0: 256 MiB or what the requests can use", 0, kMaxBytes);
    args.option("--gpu-memory-utilization", options_.gpu_memory_utilization,
                "part of a GPU's memory to use, where the two above are left out", 0.01, 1.0);
    args.option("--block-size", block_size_, "tokens of a KV block", 1, 1024);
    args.option("--seed", seed_, "of requests that bring none");
    args.choice("--scheduling-policy", policy_, {"fcfs", "priority"}, "order of waiting requests");
    args.option(
        "--device", options_.device,
        "backend: cpu, cuda (a GPU), or reference, which gives the same bits on any machine");
    args.flag("--no-enable-chunked-prefill", whole_prefill_, "prompts in one step");
    args.flag("--disable-uvicorn-access-log", options_.disable_access_log, "no line per request");
  }

  Result<int> run(Terminal& terminal) override {
    if (options_.model.empty()) {
      INFERLAB_TRY(options_.model, embedded_model());
    }
    options_.port = static_cast<int>(port_);
    options_.num_gpu_blocks_override = static_cast<std::int32_t>(blocks_);
    options_.block_size = static_cast<std::int32_t>(block_size_);
    options_.seed = seed_.value_or(0);
    options_.enable_chunked_prefill = !whole_prefill_;
    if (policy_ == "priority") options_.scheduling_policy = SchedulingPolicy::kPriority;
    INFERLAB_TRY_VOID(find_key());
    const StopSignals signals;
    std::mutex mutex;  // the engine logs from several threads
    const LogSink log = [&](LogLevel level, std::string_view message) {
      static constexpr const char* kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
      const std::lock_guard lock(mutex);
      terminal.err << fmt::format("{:<8}{}\n", kNames[static_cast<int>(level)], message)
                   << std::flush;
    };
    INFERLAB_TRY_VOID(serve_until(
        options_, [&signals] { return signals.seen(); }, log,
        [&](int port) {
          const std::lock_guard lock(mutex);
          terminal.out << fmt::format("http://{}:{}\n", options_.host, port) << std::flush;
        }));
    return kExitDone;
  }

 private:
  // The argument counts first, then the file, then the environment.
  Result<void> find_key() {
    if (!options_.api_key.empty() && !key_file_.empty()) {
      return Error{ErrorKind::kInvalid, "--api-key-file: --api-key is given too", "give one"};
    }
    if (!key_file_.empty()) {
      INFERLAB_TRY(std::string key, read_text_file(key_file_, kMaxKeyBytes));
      while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
      if (key.empty() || key.find('\n') != std::string::npos) {
        return Error{ErrorKind::kInvalid, key_file_ + ": must hold the key in one line"};
      }
      options_.api_key = std::move(key);
    } else if (options_.api_key.empty()) {
      const char* key = std::getenv(kKeyVariable);  // NOLINT(concurrency-mt-unsafe): nobody sets it
      if (key != nullptr) options_.api_key = key;
    }
    return {};
  }

  static constexpr std::int64_t kMax = 1 << 30;
  static constexpr std::int64_t kMaxBytes = std::int64_t{1} << 50;
  ServeOptions options_;
  std::int64_t port_ = 8000, blocks_ = 0, block_size_ = 16;
  std::optional<std::uint64_t> seed_;
  std::string policy_ = "fcfs", key_file_;
  bool whole_prefill_ = false;
};

}  // namespace

std::unique_ptr<Command> make_serve() {
  return std::make_unique<Serve>();
}

}  // namespace inferlab::labs
