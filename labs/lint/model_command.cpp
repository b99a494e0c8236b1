#include "labs/lint/model_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "sim/node/shell_words.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

struct Word {
  std::string text, path;
};

// Words of an image's name that tell which server is in it, and its name in ModelCommand::server.
constexpr std::pair<std::string_view, std::string_view> kServerImages[] = {
    {"vllm", "vllm"},
    {"text-generation-inference", "tgi"},
    {"text-embeddings-inference", "tei"},
    {"tgi", "tgi"},
    {"sglang", "sglang"},
    {"tritonserver", "triton"},
    {"triton", "triton"},
    {"tensorrt", "tensorrt-llm"},
    {"trtllm", "tensorrt-llm"},
    {"lmdeploy", "lmdeploy"},
    {"llama.cpp", "llama.cpp"},
    {"llama-cpp", "llama.cpp"},
    {"llamacpp", "llama.cpp"},
    {"ollama", "ollama"},
    {"inferlab", "inferlab"},
    {"deepspeed-mii", "mii"},
    {"djl-serving", "djl"},
    {"nim", "nim"},
};

// Words of the names of what stands beside a server: "vllm-router".
constexpr std::string_view kNoServers[] = {"router",   "gateway",   "proxy",
                                           "exporter", "operator",  "controller",
                                           "client",   "benchmark", "bench"};

constexpr std::pair<std::string_view, std::string_view> kShortOptions[] = {
    {"-tp", "tensor-parallel-size"},
    {"-pp", "pipeline-parallel-size"},
    {"-dp", "data-parallel-size"},
    {"-q", "quantization"},
    {"-m", "model"},
    {"-hf", "hf-repo"},
};

// What other servers call an option of vLLM's.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"model-id", "model"},                  // Text Generation Inference
    {"model-path", "model"},                // SGLang
    {"hf-repo", "model"},                   // llama.cpp
    {"num-shard", "tensor-parallel-size"},  // Text Generation Inference
    {"tp-size", "tensor-parallel-size"},    // SGLang
    {"tp", "tensor-parallel-size"},         // SGLang, LMDeploy
    {"pp-size", "pipeline-parallel-size"},  // SGLang
    {"dp-size", "data-parallel-size"},      // SGLang
    {"dp", "data-parallel-size"},
    {"mem-fraction-static", "gpu-memory-utilization"},   // SGLang
    {"cuda-memory-fraction", "gpu-memory-utilization"},  // Text Generation Inference
    {"context-length", "max-model-len"},                 // SGLang
    {"max-total-tokens", "max-model-len"},               // Text Generation Inference
};

// The last part of an image's name, without tag and digest.
std::string repository_name(std::string_view image) {
  image = image.substr(0, image.find('@'));
  image = image.substr(image.rfind('/') == std::string_view::npos ? 0 : image.rfind('/') + 1);
  return std::string(image.substr(0, image.find(':')));
}

// Whether `word` stands in `name` between what is no letter: "nim" is not in "minimal".
bool has_word(std::string_view name, std::string_view word) {
  for (std::size_t at = name.find(word); at != std::string_view::npos;
       at = name.find(word, at + 1)) {
    const auto is_letter = [&](std::size_t i) {
      return i < name.size() && name[i] >= 'a' && name[i] <= 'z';
    };
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) return true;
  }
  return false;
}

std::string server_of(std::string_view image) {
  const std::string name = repository_name(image);
  for (const std::string_view word : kNoServers) {
    if (has_word(name, word)) return {};
  }
  // ".../nim/meta/llama": NVIDIA's own images have their kind in the path.
  if (image.find("/nim/") != std::string_view::npos) return "nim";
  for (const auto& [word, server] : kServerImages) {
    if (has_word(name, word)) return std::string(server);
  }
  return {};
}

// `vllm serve`, `python -m vllm.entrypoints.openai.api_server`; a URL of a server is none.
bool starts_server(std::string_view word) {
  return word == "vllm" || word.ends_with("/bin/vllm") || word.starts_with("vllm.entrypoints") ||
         word == "sglang" || word.starts_with("sglang.launch");
}

bool is_shell(std::string_view word) {
  const std::size_t slash = word.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? word : word.substr(slash + 1);
  return name == "sh" || name == "bash" || name == "ash" || name == "dash";
}

// The words of command and args. What a shell is told with -c stands at the place of that text.
std::vector<Word> words_of(const Value& container) {
  std::vector<Word> words;
  for (const char* list : {"command", "args"}) {
    const Value& items = container[list];
    for (std::size_t i = 0; i < items.size(); ++i) {
      words.push_back({items[i].str(), fmt::format("{}[{}]", list, i)});
    }
  }
  if (words.empty() || !is_shell(words.front().text)) return words;
  std::vector<Word> out;
  for (const Word& word : words) {
    if (word.text.find(' ') == std::string::npos && word.text.find('\n') == std::string::npos) {
      out.push_back(word);
      continue;
    }
    for (std::string& part : sim::shell_words(word.text)) {
      out.push_back({std::move(part), word.path});
    }
  }
  return out;
}

std::string canonical(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  for (const auto& [alias, real] : kAliases) {
    if (out == alias) return std::string(real);
  }
  return out;
}

bool is_option(std::string_view word) {
  if (word.size() > 2 && word.substr(0, 2) == "--") return true;
  for (const auto& [brief, name] : kShortOptions) {
    if (word == brief) return true;
  }
  return false;
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t factor = 1;
  constexpr std::pair<char, std::int64_t> kSuffixes[] = {
      {'k', 1000}, {'K', 1024}, {'m', 1000000}, {'M', 1048576}};
  for (const auto& [suffix, times] : kSuffixes) {
    if (text.empty() || text.back() != suffix) continue;
    factor = times;
    text.remove_suffix(1);
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (value > 1'000'000'000 || value < -1'000'000'000) return std::nullopt;
  return value * factor;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::int64_t size_of(const ModelCommand& command, std::string_view option) {
  const Option* found = command.option(option);
  const auto value = found == nullptr ? std::nullopt : integer(found->value);
  return value && *value > 0 && *value < 100'000 ? *value : 1;
}

std::string env_of(const Value& container, std::string_view name, std::string* path) {
  const Value& env = container["env"];
  for (std::size_t i = env.size(); i > 0; --i) {
    if (env[i - 1]["name"].as_string() != name) continue;
    *path = fmt::format("env[{}]", i - 1);
    return env[i - 1]["value"].str();
  }
  return {};
}

// `vllm serve MODEL`: the word after "serve", unless it is an option.
void read_positional_model(const std::vector<Word>& words, ModelCommand& command) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i].text != "serve" || is_option(words[i + 1].text)) continue;
    command.model = words[i + 1].text;
    command.model_path = words[i + 1].path;
    return;
  }
  // vLLM's image begins with `vllm serve` by itself.
  const bool is_first = !words.empty() && words.front().path == "args[0]";
  if (command.server == "vllm" && is_first && !is_option(words.front().text) &&
      words.front().text.find('/') != std::string::npos && !is_shell(words.front().text)) {
    command.model = words.front().text;
    command.model_path = words.front().path;
  }
}

void read_model(const Value& container, const std::vector<Word>& words, ModelCommand& command) {
  command.model_path = container.has("args") ? "args" : "";
  if (const Option* model = command.option("model"); model != nullptr && !model->value.empty()) {
    command.model = model->value;
    command.model_path = model->path;
  } else {
    read_positional_model(words, command);
  }
  // Text Generation Inference takes its options from the environment too.
  for (const char* variable : {"MODEL_ID", "HF_MODEL_ID"}) {
    if (command.model.empty()) {
      command.model = env_of(container, variable, &command.model_path);
    }
  }
  if (const Option* revision = command.option("revision"); revision != nullptr) {
    command.revision = revision->value;
  } else if (command.server == "tgi" || command.server == "tei") {
    std::string path;
    command.revision = env_of(container, "REVISION", &path);
  }
}

}  // namespace

bool ModelCommand::is_hub_id() const {
  if (model.empty() || model.front() == '/' || model.front() == '.' || model.front() == '~' ||
      model.front() == '$') {
    return false;
  }
  if (model.find("://") != std::string::npos) return false;
  return std::count(model.begin(), model.end(), '/') == 1 && model.back() != '/';
}

const Option* ModelCommand::option(std::string_view name) const {
  for (auto it = options.rbegin(); it != options.rend(); ++it) {
    if (it->name == name) return &*it;
  }
  return nullptr;
}

std::vector<Option> options_of(const Value& container) {
  const std::vector<Word> words = words_of(container);
  std::vector<Option> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& text = words[i].text;
    if (!is_option(text)) continue;
    Option option;
    option.path = words[i].path;
    const std::size_t equals = text.find('=');
    for (const auto& [brief, name] : kShortOptions) {
      if (text == brief) option.name = canonical(name);
    }
    if (option.name.empty()) option.name = canonical(text.substr(2, equals - 2));
    if (text.substr(0, 2) == "--" && equals != std::string::npos) {
      option.value = text.substr(equals + 1);
    } else if (i + 1 < words.size() && !is_option(words[i + 1].text)) {
      option.value = words[i + 1].text;
      option.path = words[i + 1].path;
    }
    out.push_back(std::move(option));
  }
  return out;
}

std::optional<ModelCommand> model_command_of(const Value& container) {
  const std::string_view image = container["image"].as_string();
  const std::vector<Word> words = words_of(container);
  ModelCommand out;
  out.server = server_of(image);
  out.options = options_of(container);
  if (out.server.empty()) {
    const bool names_vllm = std::any_of(words.begin(), words.end(),
                                        [](const Word& word) { return starts_server(word.text); });
    const bool is_told =
        out.option("model") != nullptr &&
        (out.option("max-model-len") != nullptr || out.option("tensor-parallel-size") != nullptr ||
         out.option("gpu-memory-utilization") != nullptr);
    if (!names_vllm && !is_told) return std::nullopt;
  }
  read_model(container, words, out);
  out.tensor_parallel = size_of(out, "tensor-parallel-size");
  out.pipeline_parallel = size_of(out, "pipeline-parallel-size");
  out.data_parallel = size_of(out, "data-parallel-size");
  if (const Option* length = out.option("max-model-len"); length != nullptr) {
    out.max_model_len = integer(length->value);
  }
  if (const Option* share = out.option("gpu-memory-utilization"); share != nullptr) {
    out.stated_utilization = number(share->value);
    out.gpu_memory_utilization = out.stated_utilization.value_or(0.9);
  }
  if (const Option* quantization = out.option("quantization"); quantization != nullptr) {
    out.quantization = quantization->value;
  }
  if (const Option* type = out.option("kv-cache-dtype"); type != nullptr) {
    out.kv_cache_dtype = type->value;
  }
  const Option* device = out.option("device");
  // llama.cpp and Ollama choose the processor by themselves where there is no GPU.
  out.on_cpu = (device != nullptr && device->value == "cpu") || out.server == "llama.cpp" ||
               out.server == "ollama" || out.server == "inferlab" || out.server == "tei" ||
               has_word(repository_name(image), "cpu");
  return out;
}

}  // namespace inferlab::labs::lint
