#include "engine/serve/serve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <sstream>
#include <utility>

#include "engine/serve/json_text.h"
#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/lora_modules.h"
#include "labs/cli/stop_signals.h"
#include "labs/cli/vllm_flags.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

// vLLM reads its key from the environment too: arguments can be seen by everybody on the machine.
constexpr const char* kKeyVariable = "VLLM_API_KEY";
constexpr std::size_t kMaxKeyBytes = std::size_t{1} << 16;
// OpenTelemetry's own.
constexpr const char* kServiceVariable = "OTEL_SERVICE_NAME";

// vLLM's: adapters may be loaded and unloaded while the server runs.
constexpr const char* kLoraVariable = "VLLM_ALLOW_RUNTIME_LORA_UPDATING";

/// "1" or "true", as vLLM reads such variables.
bool is_on(std::string text) {
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text == "1" || text == "true";
}

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value == nullptr ? std::string() : std::string(value);
}

/// One a line; empty lines are none.
Result<std::vector<std::string>> keys_of_file(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxKeyBytes));
  std::istringstream lines(text);
  std::vector<std::string> keys;
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) keys.push_back(line);
  }
  if (keys.empty()) return Error{ErrorKind::kInvalid, path + ": must hold a key in a line"};
  return keys;
}

class Serve final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("MODEL", options_.model,
                    "a GGUF file or a Hugging Face folder; the one that ships if left out", false);
    args.option("--model", options_.model, "the same");
    args.option("--served-model-name", options_.served_model_name, "names in the API");
    declare_runner(args);
    declare_engine(args);
    declare_adapters(args);
    declare_server(args);
    declare_told(args);
    for (const VllmFlag& flag : vllm_flags()) {
      others_.push_back({&flag, {}, false});
      const std::string name = fmt::format("--{}", flag.name);
      if (flag.kind == VllmFlag::Kind::kSwitch) {
        args.hidden_flag(name, others_.back().is_set);
      } else {
        constexpr int kMany = 1024;
        args.hidden_option(name, others_.back().values,
                           flag.kind == VllmFlag::Kind::kMany ? kMany : 1);
      }
    }
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const std::vector<std::string> notes, notes_on_others());
    INFERLAB_TRY_VOID(read_engine());
    INFERLAB_TRY_VOID(read_server());
    const StopSignals signals;
    std::mutex mutex;  // the engine logs from several threads
    const auto print = [&](const std::string& line) {
      const std::lock_guard lock(mutex);
      terminal.err << line << '\n' << std::flush;
    };
    const bool as_json = log_format_ == "json";
    const LogSink log = [&](LogLevel level, std::string_view message) {
      print(as_json ? json_line(level, message) : text_line(level, message));
    };
    RequestSink sink;
    if (as_json) {
      sink = [&](const RequestRecord& record) { print(request_log_line(record)); };
    }
    for (const std::string& note : notes) log(LogLevel::kInfo, note);
    INFERLAB_TRY_VOID(serve_until(
        options_, [&signals] { return signals.seen(); }, log,
        [&](int port) {
          const std::lock_guard lock(mutex);
          terminal.out << fmt::format("http://{}:{}\n", options_.host, port) << std::flush;
        },
        sink));
    return kExitDone;
  }

 private:
  struct Other {
    const VllmFlag* flag;
    std::vector<std::string> values;
    bool is_set;
  };

  void declare_runner(Args& args) {
    args.option("--runner", options_.runner, "auto, generate, or pooling: embeddings");
    args.option("--convert", options_.convert, "auto, none, or embed: as --runner pooling");
    args.option("--task", options_.task, "the older name: auto, generate or embed");
    args.option("--pooler-config,--override-pooler-config", options_.pooler_config,
                "JSON, as {\"pooling_type\": \"MEAN\", \"normalize\": false}");
    args.option("--hf-overrides", options_.hf_overrides,
                "JSON: is_matryoshka, matryoshka_dimensions");
  }

  void declare_engine(Args& args) {
    args.option("--max-model-len", max_model_len_, "tokens, as 4096, 4k or 4K; auto: the model's");
    args.option("--max-num-seqs", options_.max_num_seqs, "requests in a step", 1, kMax);
    args.option("--max-num-batched-tokens", max_num_batched_tokens_, "tokens in a step");
    args.option("--max-num-waiting", options_.max_num_waiting,
                "requests that wait; more are refused with 429", 1, kMax);
    args.option("--num-gpu-blocks-override", blocks_, "KV blocks; 0: from the memory", 0, kMax);
    args.option("--kv-cache-memory-bytes", kv_cache_memory_,
                "bytes for KV blocks, as 2G; 0: 256 MiB or what the requests can use");
    args.option("--gpu-memory-utilization", options_.gpu_memory_utilization,
                "part of a GPU's memory to use, where the two above are left out", 0.01, 1.0);
    args.option(
        "--kv-cache-dtype", options_.kv_cache_dtype,
        "of keys and values: auto (the device's), f32, f16, bf16, fp8 (E4M3, scale 1) or q8");
    args.option("--block-size", block_size_, "tokens of a KV block", 1, 1024);
    args.option("--seed", seed_, "of requests that bring none");
    args.choice("--scheduling-policy", policy_, {"fcfs", "priority"}, "order of waiting requests");
    args.option(
        "--device", options_.device,
        "backend: cpu, cuda (a GPU), or reference, which gives the same bits on any machine");
    args.flag("--enable-chunked-prefill,!--no-enable-chunked-prefill",
              options_.enable_chunked_prefill, "prompts in parts, or in one step");
    args.flag("--enable-prefix-caching,!--no-enable-prefix-caching", options_.enable_prefix_caching,
              "KV blocks of known beginnings are shared");
    args.option(
        "--speculative-config", speculative_,
        "JSON: guesses by lookup, as {\"method\": \"ngram\", \"num_speculative_tokens\": 5}, or by "
        "a small model: {\"model\": \"FILE\", \"num_speculative_tokens\": 5}");
    args.option("--structured-outputs-config", structured_outputs_,
                "JSON: {\"disable_any_whitespace\": true} keeps JSON answers on one line");
    args.option("--max-logprobs", options_.max_logprobs, "of a token, at most; -1: all", -1, kMax);
  }

  void declare_adapters(Args& args) {
    args.flag("--enable-lora", options_.enable_lora, "requests may choose adapters");
    args.option("--lora-modules", lora_modules_,
                "adapters, as NAME=PATH or JSON: {\"name\": …, \"path\": …}; PATH is a folder of "
                "PEFT or a GGUF file");
    args.option("--max-loras", options_.max_loras, "different adapters in a step", 1, kMax);
    args.option("--max-lora-rank", options_.max_lora_rank, "adapters of more are refused", 1, kMax);
    args.option("--max-cpu-loras", options_.max_cpu_loras,
                "adapters in memory, others are read again; 0: --max-loras", 0, kMax);
  }

  void declare_server(Args& args) {
    args.option("--host", options_.host, "address to listen on");
    args.option("--port", port_, "to listen on; 0: a free one", 0, 65535);
    args.option("--root-path", options_.root_path, "prefix that a proxy leaves on paths");
    args.option("--allowed-origins", origins_, "JSON list: whose pages may read answers");
    args.option(
        "--api-key", options_.api_keys,
        "asked for under /v1; others on this machine can read it from the list of processes");
    args.option("--api-key-file", key_file_, "file of keys, one a line; or set VLLM_API_KEY");
    args.option("--max-requests-per-key", options_.key_limits.max_requests,
                "at once; more are refused with 429; 0: no limit", 0, kMax);
    args.option("--max-tokens-per-minute-per-key", options_.key_limits.max_tokens_per_minute,
                "of prompts and output; 0: no limit", 0, kMaxBytes);
    args.option("--shutdown-timeout", shutdown_seconds_,
                "seconds that answers under way have when the server ends", 0, 86'400);
    args.flag("--enable-server-load-tracking", options_.enable_server_load_tracking,
              "/load counts requests");
    args.flag("--enable-request-id-headers", options_.enable_request_id_headers,
              "X-Request-Id in answers");
    args.flag("--enable-prompt-tokens-details", options_.enable_prompt_tokens_details,
              "usage tells cached tokens");
    args.flag("--enable-force-include-usage", options_.enable_force_include_usage,
              "usage in each chunk of each stream");
    args.flag("--return-tokens-as-token-ids", options_.return_tokens_as_token_ids,
              "logprobs name tokens token_id:N");
  }

  void declare_told(Args& args) {
    args.flag("--disable-uvicorn-access-log", options_.disable_access_log, "no line per request");
    args.flag("--disable-log-stats", options_.disable_log_stats, "no line of throughput");
    args.choice("--uvicorn-log-level", access_level_,
                {"critical", "error", "warning", "info", "debug", "trace"},
                "above info: no line per request");
    args.choice("--log-format", log_format_, {"text", "json"},
                "json: a line of JSON each, and one for each answer");
    args.option("--otlp-traces-endpoint", options_.otlp_traces_endpoint,
                "collector of a span per request, http://HOST:4318 (OTLP/HTTP)");
  }

  // One line for each flag that changes nothing here.
  Result<std::vector<std::string>> notes_on_others() const {
    std::vector<std::string> notes;
    for (const Other& other : others_) {
      if (!other.is_set && other.values.empty()) continue;
      INFERLAB_TRY(const std::string note, note_on({other.flag, other.values}));
      notes.push_back(note);
    }
    return notes;
  }

  Result<void> read_engine() {
    if (options_.model.empty()) {
      INFERLAB_TRY(options_.model, embedded_model());
    }
    if (max_model_len_ != "auto" && max_model_len_ != "-1") {
      INFERLAB_TRY(options_.max_model_len, human_integer("max-model-len", max_model_len_));
    }
    INFERLAB_TRY(options_.max_num_batched_tokens,
                 human_integer("max-num-batched-tokens", max_num_batched_tokens_));
    INFERLAB_TRY(options_.kv_cache_memory_bytes,
                 human_integer("kv-cache-memory-bytes", kv_cache_memory_));
    options_.num_gpu_blocks_override = static_cast<std::int32_t>(blocks_);
    options_.block_size = static_cast<std::int32_t>(block_size_);
    options_.seed = seed_.value_or(0);
    if (!speculative_.empty()) {
      INFERLAB_TRY(SpeculativeConfig config, speculative_config(speculative_));
      options_.speculative_config = config.lookup;
      options_.speculative_model = std::move(config.model);
    }
    if (!structured_outputs_.empty()) {
      INFERLAB_TRY(options_.disable_any_whitespace, disables_any_whitespace(structured_outputs_));
    }
    INFERLAB_TRY(options_.lora_modules, lora_modules(lora_modules_));
    if (policy_ == "priority") options_.scheduling_policy = SchedulingPolicy::kPriority;
    return {};
  }

  Result<void> read_server() {
    options_.port = static_cast<int>(port_);
    options_.shutdown_timeout = std::chrono::seconds(shutdown_seconds_);
    if (access_level_ == "critical" || access_level_ == "error" || access_level_ == "warning") {
      options_.disable_access_log = true;
    }
    if (!origins_.empty()) {
      INFERLAB_TRY(options_.allowed_origins, json_list("allowed-origins", origins_));
    }
    while (options_.root_path.ends_with('/')) options_.root_path.pop_back();
    options_.allow_runtime_lora_updating = is_on(from_environment(kLoraVariable));
    const std::string service = from_environment(kServiceVariable);
    if (!service.empty()) options_.otlp_service_name = service;
    return find_keys();
  }

  // The argument counts first, then the file, then the environment.
  Result<void> find_keys() {
    std::erase(options_.api_keys, std::string());
    if (!options_.api_keys.empty() && !key_file_.empty()) {
      return Error{ErrorKind::kInvalid, "--api-key-file: --api-key is given too", "give one"};
    }
    if (!key_file_.empty()) {
      INFERLAB_TRY(options_.api_keys, keys_of_file(key_file_));
    } else if (options_.api_keys.empty()) {
      const std::string key = from_environment(kKeyVariable);
      if (!key.empty()) options_.api_keys = {key};
    }
    return {};
  }

  static std::string_view name_of(LogLevel level) {
    static constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    return kNames[static_cast<int>(level)];
  }
  static std::string text_line(LogLevel level, std::string_view message) {
    return fmt::format("{:<8}{}", name_of(level), message);
  }
  static std::string json_line(LogLevel level, std::string_view message) {
    std::string line = R"({"time":)";
    append_json_string(line, format_wall_clock(std::chrono::system_clock::now()));
    line += fmt::format(R"(,"level":"{}","message":)", name_of(level));
    append_json_string(line, message);
    return line + "}";
  }

  static constexpr std::int64_t kMax = 1 << 30;
  static constexpr std::int64_t kMaxBytes = std::int64_t{1} << 50;
  ServeOptions options_;
  std::deque<Other> others_;  // what is bound stays where it is
  std::int64_t port_ = 8000, blocks_ = 0, block_size_ = 16, shutdown_seconds_ = 25;
  std::optional<std::uint64_t> seed_;
  std::string max_model_len_ = "auto", max_num_batched_tokens_ = "2048", kv_cache_memory_ = "0";
  std::string policy_ = "fcfs", access_level_ = "info", log_format_ = "text";
  std::vector<std::string> lora_modules_;
  std::string key_file_, speculative_, structured_outputs_, origins_;
};

}  // namespace

std::unique_ptr<Command> make_serve() {
  return std::make_unique<Serve>();
}

}  // namespace inferlab::labs
