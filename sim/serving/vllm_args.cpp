#include "sim/serving/vllm_args.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "sim/node/shell_words.h"

namespace inferlab::sim {
namespace {

enum class Kind : std::uint8_t {
  kText,    // takes a value that is not looked at
  kMany,    // takes every value up to the next flag
  kSwitch,  // takes none
};
struct Flag {
  std::string_view name;
  Kind kind = Kind::kText;
};

// Flags that are accepted beyond those with a member in VllmArgs. vLLM documentation, "Engine
// Arguments" and "OpenAI-Compatible Server".
constexpr Flag kOtherFlags[] = {
    {"allow-credentials", Kind::kSwitch},
    {"allowed-headers"},
    {"allowed-local-media-path"},
    {"allowed-methods"},
    {"allowed-origins"},
    {"api-key", Kind::kMany},
    {"api-server-count"},
    {"async-scheduling", Kind::kSwitch},
    {"calculate-kv-scales", Kind::kSwitch},
    {"chat-template"},
    {"chat-template-content-format"},
    {"compilation-config"},
    {"config-format"},
    {"cpu-offload-gb"},
    {"data-parallel-size"},
    {"disable-custom-all-reduce", Kind::kSwitch},
    {"disable-frontend-multiprocessing", Kind::kSwitch},
    {"disable-log-requests", Kind::kSwitch},
    {"disable-log-stats", Kind::kSwitch},
    {"disable-uvicorn-access-log", Kind::kSwitch},
    {"distributed-executor-backend"},
    {"dtype"},
    {"enable-auto-tool-choice", Kind::kSwitch},
    {"enable-expert-parallel", Kind::kSwitch},
    {"enable-log-requests", Kind::kSwitch},
    {"enable-lora", Kind::kSwitch},
    {"enable-prompt-tokens-details", Kind::kSwitch},
    {"enable-sleep-mode", Kind::kSwitch},
    {"generation-config"},
    {"guided-decoding-backend"},
    {"hf-config-path"},
    {"hf-overrides"},
    {"hf-token"},
    {"kv-cache-dtype"},
    {"kv-transfer-config"},
    {"limit-mm-per-prompt"},
    {"load-format"},
    {"long-prefill-token-threshold"},
    {"lora-modules", Kind::kMany},
    {"max-log-len"},
    {"max-lora-rank"},
    {"max-loras"},
    {"max-parallel-loading-workers"},
    {"max-seq-len-to-capture"},
    {"model-loader-extra-config"},
    {"num-gpu-blocks-override"},
    {"num-scheduler-steps"},
    {"otlp-traces-endpoint"},
    {"override-generation-config"},
    {"pipeline-parallel-size"},
    {"preemption-mode"},
    {"quantization"},
    {"reasoning-parser"},
    {"response-role"},
    {"root-path"},
    {"rope-scaling"},
    {"rope-theta"},
    {"runner"},
    {"scheduling-policy"},
    {"seed"},
    {"speculative-config"},
    {"ssl-ca-certs"},
    {"ssl-certfile"},
    {"ssl-keyfile"},
    {"swap-space"},
    {"task"},
    {"tokenizer"},
    {"tokenizer-mode"},
    {"tokenizer-revision"},
    {"tool-call-parser"},
    {"trust-remote-code", Kind::kSwitch},
    {"uvicorn-log-level"},
};

constexpr std::pair<std::string_view, std::string_view> kShortFlags[] = {
    {"-tp", "tensor-parallel-size"}, {"-pp", "pipeline-parallel-size"},
    {"-dp", "data-parallel-size"},   {"-q", "quantization"},
    {"-O", "compilation-config"},
};

Error usage(std::string message) {
  return Error{ErrorKind::kInvalid, "api_server.py: error: " + std::move(message)};
}

/// "32k" is 32,000, "32K" 32,768, as vLLM reads max-model-len; everything else is a plain integer.
Result<std::int64_t> integer(std::string_view flag, std::string_view text, bool has_suffix) {
  std::int64_t factor = 1;
  std::string_view digits = text;
  if (has_suffix && !digits.empty()) {
    constexpr std::pair<char, std::int64_t> kSuffixes[] = {
        {'k', 1000}, {'K', 1024}, {'m', 1000000}, {'M', 1048576}};
    for (const auto& [suffix, value] : kSuffixes) {
      if (digits.back() == suffix) factor = value;
    }
    if (factor != 1) digits.remove_suffix(1);
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  if (!is_number || value > 1'000'000'000 || value < -1'000'000'000) {
    return usage(fmt::format("argument --{}: invalid int value: '{}'", flag, text));
  }
  return value * factor;
}

Result<double> number(std::string_view flag, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return usage(fmt::format("argument --{}: invalid float value: '{}'", flag, text));
  }
  return value;
}

/// Sets the member that `flag` names; false when VllmArgs has none.
Result<bool> set_member(VllmArgs& args, std::string_view flag, const std::string& text) {
  struct Integer {
    std::string_view name;
    std::int64_t VllmArgs::*member;
  };
  constexpr Integer kIntegers[] = {{"max-model-len", &VllmArgs::max_model_len},
                                   {"max-num-seqs", &VllmArgs::max_num_seqs},
                                   {"max-num-batched-tokens", &VllmArgs::max_num_batched_tokens},
                                   {"block-size", &VllmArgs::block_size}};
  for (const Integer& one : kIntegers) {
    if (one.name != flag) continue;
    INFERLAB_TRY(const std::int64_t value, integer(flag, text, flag == "max-model-len"));
    constexpr std::int64_t kBlockSizes[] = {1, 8, 16, 32, 64, 128};
    const bool is_block_size =
        std::find(std::begin(kBlockSizes), std::end(kBlockSizes), value) != std::end(kBlockSizes);
    if (flag == "block-size" && !is_block_size) {
      return usage(fmt::format(
          "argument --block-size: invalid choice: {} (choose from 1, 8, 16, 32, 64, 128)", value));
    }
    args.*one.member = value;
    return true;
  }
  if (flag == "port" || flag == "tensor-parallel-size") {
    INFERLAB_TRY(const std::int64_t value, integer(flag, text, false));
    const std::int64_t most = flag == "port" ? 65535 : 1024;
    if (value < 1 || value > most) {
      return usage(fmt::format("argument --{}: invalid int value: '{}'", flag, text));
    }
    (flag == "port" ? args.port : args.tensor_parallel_size) = static_cast<int>(value);
  } else if (flag == "gpu-memory-utilization") {
    INFERLAB_TRY(args.gpu_memory_utilization, number(flag, text));
  } else if (flag == "model") {
    args.model = text;
  } else if (flag == "revision") {
    args.revision = text;
  } else if (flag == "download-dir") {
    args.download_dir = text;
  } else if (flag == "host") {
    args.host = text;
  } else {
    return false;
  }
  return true;
}

/// Sets the member that a flag without a value names; false when it is none of them.
bool set_switch(VllmArgs& args, std::string_view flag) {
  if (flag == "enforce-eager") {
    args.enforce_eager = true;
  } else if (flag == "enable-chunked-prefill") {
    args.enable_chunked_prefill = true;
  } else if (flag == "no-enable-chunked-prefill") {
    args.enable_chunked_prefill = false;
  } else if (flag == "enable-prefix-caching") {
    args.enable_prefix_caching = true;
  } else if (flag == "no-enable-prefix-caching") {
    args.enable_prefix_caching = false;
  } else {
    return false;
  }
  return true;
}

VllmCommand server(std::vector<std::string> words) {
  return {VllmCommand::Program::kServer, "vllm", std::move(words)};
}

}  // namespace

VllmCommand vllm_command_of(const ContainerView& container) {
  std::vector<std::string> words = container.command;
  words.insert(words.end(), container.args.begin(), container.args.end());
  if (container.command.empty()) return server(std::move(words));  // the image's entrypoint
  if (const std::string* const line = shell_line(words)) {
    std::vector<std::string> in_shell = shell_words(*line);
    std::erase(in_shell, ";");
    words = std::move(in_shell);
    if (!words.empty() && words.front() == "exec") words.erase(words.begin());
  }
  if (words.empty()) return {VllmCommand::Program::kUnknown, "", {}};
  const std::string_view program = base_name(words.front());
  std::size_t used = 0;
  if (program == "vllm" && words.size() > 1 && words[1] == "serve") used = 2;
  if (program.starts_with("python") && words.size() > 2 && words[1] == "-m" &&
      words[2] == "vllm.entrypoints.openai.api_server") {
    used = 3;
  }
  if (used > 0) {
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used));
    return server(std::move(words));
  }
  const auto kind =
      program == "sleep" ? VllmCommand::Program::kSleep : VllmCommand::Program::kUnknown;
  return {kind, words.front(), std::move(words)};
}

Result<VllmArgs> parse_vllm_args(const std::vector<std::string>& words) {
  VllmArgs args;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    std::string flag;
    for (const auto& [brief, full] : kShortFlags) {
      if (word == brief) flag = std::string(full);
    }
    if (flag.empty() && !word.starts_with("--")) {
      if (word.starts_with("-") || !args.model.empty()) {
        return usage("unrecognized arguments: " + word);
      }
      args.model = word;  // `vllm serve MODEL`
      continue;
    }
    if (flag.empty()) flag = word.substr(2);
    std::string value;
    bool has_value = false;
    if (const std::size_t equals = flag.find('='); equals != std::string::npos) {
      value = flag.substr(equals + 1);
      flag = flag.substr(0, equals);
      has_value = true;
    }
    std::replace(flag.begin(), flag.end(), '_', '-');
    if (set_switch(args, flag)) continue;
    const auto* const other = std::find_if(std::begin(kOtherFlags), std::end(kOtherFlags),
                                           [&](const Flag& one) { return one.name == flag; });
    const bool is_known = other != std::end(kOtherFlags);
    if (is_known && other->kind == Kind::kSwitch) continue;
    if ((is_known && other->kind == Kind::kMany) || flag == "served-model-name") {
      std::vector<std::string> values;
      if (has_value) values.push_back(value);
      while (!has_value && i + 1 < words.size() && !words[i + 1].starts_with("-")) {
        values.push_back(words[++i]);
      }
      if (flag == "served-model-name") {
        args.served_model_names = std::move(values);
      } else if (flag == "api-key") {
        args.api_keys = std::move(values);
      }
      continue;
    }
    const bool is_last = i + 1 >= words.size();
    if (!has_value && !is_last) value = words[i + 1];
    // Whether it is a flag at all is asked before its value is missed.
    INFERLAB_TRY(const bool is_member,
                 set_member(args, flag, has_value || !is_last ? value : std::string("1")));
    if (!is_member && !is_known) return usage("unrecognized arguments: " + word);
    if (!has_value && (is_last || words[i + 1].starts_with("--"))) {
      return usage(fmt::format("argument --{}: expected one argument", flag));
    }
    if (!has_value) ++i;
  }
  if (args.model.empty()) args.model = "Qwen/Qwen3-0.6B";  // vLLM's own default
  return args;
}

}  // namespace inferlab::sim
