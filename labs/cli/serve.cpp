#include "engine/serve/serve.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <iostream>
#include <mutex>

#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"

namespace inferlab::labs {
namespace {

// A signal handler may touch nothing else.
volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int /*signal*/) {
  stop_asked = 1;
}

class Serve final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("MODEL", options_.model, "a GGUF file; the one that ships if left out", false);
    args.option("--model", options_.model, "the same");
    args.option("--served-model-name", options_.served_model_name, "names in the API");
    args.option("--host", options_.host, "address to listen on");
    args.option("--port", port_, "to listen on; 0: a free one", 0, 65535);
    args.option("--api-key", options_.api_key, "asked for under /v1");
    args.option("--max-model-len", options_.max_model_len, "tokens; 0: the model's", 0, kMax);
    args.option("--max-num-seqs", options_.max_num_seqs, "requests in a step", 1, kMax);
    args.option("--max-num-batched-tokens", options_.max_num_batched_tokens, "tokens in a step", 1,
                kMax);
    args.option("--num-gpu-blocks-override", blocks_, "KV blocks; 0: from the memory", 0, kMax);
    args.option("--block-size", block_size_, "tokens of a KV block", 1, 1024);
    args.option("--seed", seed_, "of requests that bring none");
    args.choice("--scheduling-policy", policy_, {"fcfs", "priority"}, "order of waiting requests");
    args.option("--device", options_.device, "backend: cpu, cuda");
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
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGTERM, ask_to_stop);
    std::mutex mutex;  // the engine logs from several threads
    const LogSink log = [&](LogLevel level, std::string_view message) {
      static constexpr const char* kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
      const std::lock_guard lock(mutex);
      terminal.err << fmt::format("{:<8}{}\n", kNames[static_cast<int>(level)], message)
                   << std::flush;
    };
    INFERLAB_TRY_VOID(serve_until(
        options_, [] { return stop_asked != 0; }, log,
        [&](int port) {
          const std::lock_guard lock(mutex);
          terminal.out << fmt::format("http://{}:{}\n", options_.host, port) << std::flush;
        }));
    return kExitDone;
  }

 private:
  static constexpr std::int64_t kMax = 1 << 30;
  ServeOptions options_;
  std::int64_t port_ = 8000, blocks_ = 0, block_size_ = 16;
  std::optional<std::uint64_t> seed_;
  std::string policy_ = "fcfs";
  bool whole_prefill_ = false;
};

}  // namespace

std::unique_ptr<Command> make_serve() {
  return std::make_unique<Serve>();
}

}  // namespace inferlab::labs
