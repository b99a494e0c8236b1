#include "labs/cli/vllm_flags.h"

#include <fmt/format.h>

namespace inferlab::labs {
namespace {

using Kind = VllmFlag::Kind;

constexpr std::string_view kOneDevice = "one device runs the model";
constexpr std::string_view kFile = "the model file brings it";
constexpr std::string_view kNoTls = "TLS is not served here: put a proxy or an Ingress in front";
constexpr std::string_view kNoTools = "the model's text is not taken apart into tool calls";
constexpr std::string_view kNoGraphs = "there are no graphs to compile";
constexpr std::string_view kTextOnly = "the models take text alone";

constexpr VllmFlag kFlags[] = {
    {"tensor-parallel-size", Kind::kValue, "1", kOneDevice},
    {"pipeline-parallel-size", Kind::kValue, "1", kOneDevice},
    {"data-parallel-size", Kind::kValue, "1", kOneDevice},
    {"enable-expert-parallel", Kind::kSwitch, "", "the models have no experts"},
    {"distributed-executor-backend", Kind::kValue, "mp|uni", kOneDevice},
    {"api-server-count", Kind::kValue, "1", "one process serves"},
    {"disable-custom-all-reduce", Kind::kSwitch, "*", kOneDevice},
    {"disable-frontend-multiprocessing", Kind::kSwitch, "*", "one process serves"},
    {"async-scheduling", Kind::kSwitch, "*", "steps follow each other without a gap to hide"},
    {"no-async-scheduling", Kind::kSwitch, "*", "steps follow each other"},
    {"num-scheduler-steps", Kind::kValue, "1", "one step is scheduled at a time"},
    {"dtype", Kind::kValue, "auto|half|float16|bfloat16|float|float32",
     "the weights keep the types that they have in the file"},
    {"quantization", Kind::kValue, "gguf|None|none", kFile},
    {"load-format", Kind::kValue, "auto|gguf", "models are GGUF files"},
    {"config-format", Kind::kValue, "auto", kFile},
    {"tokenizer", Kind::kValue, "*", kFile},
    {"tokenizer-mode", Kind::kValue, "auto|hf|slow", kFile},
    {"tokenizer-revision", Kind::kValue, "*", kFile},
    {"hf-config-path", Kind::kValue, "*", kFile},
    {"hf-token", Kind::kValue, "*", "nothing is downloaded"},
    {"revision", Kind::kValue, "*", "nothing is downloaded"},
    {"download-dir", Kind::kValue, "*", "nothing is downloaded"},
    {"trust-remote-code", Kind::kSwitch, "*", "a model file brings no code"},
    {"generation-config", Kind::kValue, "auto|vllm", "a model file brings no sampling defaults"},
    {"override-generation-config", Kind::kValue, "{}", "there are no defaults to override"},
    {"model-loader-extra-config", Kind::kValue, "{}", "models are GGUF files"},
    {"max-parallel-loading-workers", Kind::kValue, "*", "the file is mapped, not loaded in parts"},
    {"swap-space", Kind::kValue, "*", "preempted requests are computed again"},
    {"cpu-offload-gb", Kind::kValue, "0|0.0", "the weights stay on the device"},
    {"preemption-mode", Kind::kValue, "recompute", "preempted requests are computed again"},
    {"enforce-eager", Kind::kSwitch, "*", kNoGraphs},
    {"no-enforce-eager", Kind::kSwitch, "*", kNoGraphs},
    {"compilation-config", Kind::kValue, "*", kNoGraphs},
    {"max-seq-len-to-capture", Kind::kValue, "*", kNoGraphs},
    {"calculate-kv-scales", Kind::kSwitch, "*",
     "those of q8 come with the keys and values, that of fp8 is 1"},
    {"long-prefill-token-threshold", Kind::kValue, "0", "prompts are cut by the step's tokens"},
    {"enable-log-requests", Kind::kSwitch, "*",
     "a line tells of each request's end: counts and times, never the text"},
    {"no-enable-log-requests", Kind::kSwitch, "*", "the lines of requests hold no text"},
    {"disable-log-requests", Kind::kSwitch, "*", "the lines of requests hold no text"},
    {"max-log-len", Kind::kValue, "*", "the lines of requests hold no text"},
    {"enable-auto-tool-choice", Kind::kSwitch, "", kNoTools},
    {"tool-call-parser", Kind::kValue, "", kNoTools},
    {"reasoning-parser", Kind::kValue, "", "the model's text is not taken apart"},
    {"guided-decoding-backend", Kind::kValue, "*", "structured output has one backend"},
    {"reasoning-parser-plugin", Kind::kValue, "", "no Python runs here"},
    {"tool-parser-plugin", Kind::kValue, "", "no Python runs here"},
    {"tool-server", Kind::kValue, "", kNoTools},
    {"exclude-tools-when-tool-choice-none", Kind::kSwitch, "*", "templates show no tools"},
    {"logits-processors", Kind::kValue, "", "no Python runs here"},
    {"logits-processor-pattern", Kind::kValue, "", "no Python runs here"},
    {"logprobs-mode", Kind::kValue, "raw_logprobs",
     "logprobs are those before anything changes them"},
    {"model-impl", Kind::kValue, "auto|vllm", "there is one implementation"},
    {"code-revision", Kind::kValue, "*", "a model file brings no code"},
    {"skip-tokenizer-init", Kind::kSwitch, "", "prompts and answers are text too"},
    {"disable-sliding-window", Kind::kSwitch, "*", "contexts end where a model's window does"},
    {"disable-cascade-attn", Kind::kSwitch, "*", "common prefixes are not attended to together"},
    {"attention-backend", Kind::kValue, "*", "--device brings its own kernels"},
    {"use-tqdm-on-load", Kind::kSwitch, "*", "loading shows no bar"},
    {"no-use-tqdm-on-load", Kind::kSwitch, "*", "loading shows no bar"},
    {"prefix-caching-hash-algo", Kind::kValue, "sha256|sha256_cbor|builtin",
     "blocks are named by a chain of SHA-256"},
    {"kv-events-config", Kind::kValue, "", "nobody is told of KV blocks"},
    {"additional-config", Kind::kValue, "{}", "no platform reads it"},
    {"stream-interval", Kind::kValue, "1", "each token is sent when it comes"},
    {"log-config-file", Kind::kValue, "", "no Python runs here"},
    {"enable-log-outputs", Kind::kSwitch, "", "answers are written to no log"},
    {"disable-hybrid-kv-cache-manager", Kind::kSwitch, "*", "all layers have blocks of one kind"},
    {"max-num-partial-prefills", Kind::kValue, "1", "prompts are computed in their order"},
    {"max-long-partial-prefills", Kind::kValue, "1", "prompts are computed in their order"},
    {"disable-chunked-mm-input", Kind::kSwitch, "*", kTextOnly},
    {"mm-processor-kwargs", Kind::kValue, "*", kTextOnly},
    {"enable-prompt-embeds", Kind::kSwitch, "", "prompts are text or tokens"},
    {"headless", Kind::kSwitch, "", kOneDevice},
    {"data-parallel-size-local", Kind::kValue, "1", kOneDevice},
    {"data-parallel-backend", Kind::kValue, "*", kOneDevice},
    {"show-hidden-metrics-for-version", Kind::kValue, "*", "no metric is hidden"},
    {"collect-detailed-traces", Kind::kValue, "", "spans are of requests"},
    {"h11-max-incomplete-event-size", Kind::kValue, "*", "heads of requests are bounded anyway"},
    {"h11-max-header-count", Kind::kValue, "*", "heads of requests are bounded anyway"},
    {"enable-ssl-refresh", Kind::kSwitch, "", kNoTls},
    {"response-role", Kind::kValue, "assistant", "answers are the assistant's"},
    {"chat-template", Kind::kValue, "", "the template is the model file's own"},
    {"chat-template-content-format", Kind::kValue, "auto|string", kTextOnly},
    {"limit-mm-per-prompt", Kind::kValue, "*", kTextOnly},
    {"allowed-local-media-path", Kind::kValue, "*", kTextOnly},
    {"lora-dtype", Kind::kValue, "auto|float16|bfloat16",
     "adapters keep the types that they have in their files"},
    {"lora-extra-vocab-size", Kind::kValue, "*", "adapters have the model's vocabulary"},
    {"fully-sharded-loras", Kind::kSwitch, "*", kOneDevice},
    {"default-mm-loras", Kind::kValue, "", kTextOnly},
    {"kv-transfer-config", Kind::kValue, "", "KV blocks stay in this process"},
    {"enable-sleep-mode", Kind::kSwitch, "", "the model stays loaded"},
    {"rope-scaling", Kind::kValue, "", kFile},
    {"rope-theta", Kind::kValue, "", kFile},
    {"allow-credentials", Kind::kSwitch, "", "answers to pages carry no credentials"},
    {"allowed-methods", Kind::kValue, "*", "the methods that exist are allowed"},
    {"allowed-headers", Kind::kValue, "*", "all headers are allowed"},
    {"disable-fastapi-docs", Kind::kSwitch, "*", "there are no such pages"},
    {"uds", Kind::kValue, "", "the server listens on TCP"},
    {"middleware", Kind::kValue, "", "no Python runs here"},
    {"ssl-keyfile", Kind::kValue, "", kNoTls},
    {"ssl-certfile", Kind::kValue, "", kNoTls},
    {"ssl-ca-certs", Kind::kValue, "", kNoTls},
    {"ssl-cert-reqs", Kind::kValue, "0", kNoTls},
};

bool is_one_of(std::string_view words, std::string_view value) {
  while (!words.empty()) {
    const std::size_t end = words.find('|');
    if (words.substr(0, end) == value) return true;
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
  return false;
}

}  // namespace

std::span<const VllmFlag> vllm_flags() {
  return kFlags;
}

Result<std::string> note_on(const GivenFlag& given) {
  const VllmFlag& flag = *given.flag;
  std::string shown = fmt::format("--{}", flag.name);
  for (const std::string& value : given.values) shown += " " + value;
  if (flag.accepted.empty()) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: is not supported: {}", shown, flag.why),
                 "leave it out"};
  }
  for (const std::string& value : given.values) {
    if (flag.accepted == "*" || is_one_of(flag.accepted, value)) continue;
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}", shown, flag.why),
                 fmt::format("leave it out, or give {}", flag.accepted)};
  }
  return fmt::format("{}: changes nothing: {}", shown, flag.why);
}

}  // namespace inferlab::labs
