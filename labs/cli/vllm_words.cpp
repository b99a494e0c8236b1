#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/base/printable.h"
#include "labs/cli/vllm_flags.h"
#include "labs/spec/text_file.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

constexpr std::pair<std::string_view, std::string_view> kShortFlags[] = {
    {"-tp", "--tensor-parallel-size"}, {"-pp", "--pipeline-parallel-size"},
    {"-dp", "--data-parallel-size"},   {"-q", "--quantization"},
    {"-O", "--compilation-config"},
};

/// The flag's name with "--" and without a value; empty for what is none.
std::string name_of(const std::string& word) {
  return word.starts_with("--") ? word.substr(0, word.find('=')) : std::string();
}

std::string with_dashes(std::string word) {
  for (const auto& [brief, full] : kShortFlags) {
    if (word == brief) return std::string(full);
  }
  if (!word.starts_with("--")) return word;
  std::replace(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(name_of(word).size()), '_',
               '-');
  return word;
}

/// One value as it would stand on the line.
std::string word_of(const sim::Value& value) {
  if (value.is_string()) return value.str();
  if (value.is_int()) return std::to_string(value.as_int());
  if (value.is_number()) return fmt::format("{}", value.as_double());
  return value.is_bool() ? (value.as_bool() ? "true" : "false") : std::string();
}

/// `port: 8000`, `enforce-eager: true`, `served-model-name: [a, b]` as words of a line. A switch
/// that is false is not given, as in vLLM.
Result<std::vector<std::string>> words_of_file(const std::string& path,
                                               const std::vector<std::string>& given) {
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxConfigBytes));
  INFERLAB_TRY(const auto documents, sim::parse_yaml(text, path));
  std::vector<std::string> words;
  if (documents.empty()) return words;
  const sim::Value& root = documents.front().value;
  if (!root.is_object() || documents.size() > 1) {
    return Error{ErrorKind::kInvalid, path + ": must be one mapping of flags to values"};
  }
  for (const auto& [key, value] : root.members()) {
    const std::string flag = with_dashes("--" + std::string(key));
    if (std::ranges::find(given, flag) != given.end()) continue;  // the line goes before
    if (value.is_object()) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: {}: must be a value or a list", path, key),
                   "write JSON as a string"};
    }
    if (value.is_bool() && !value.as_bool()) continue;
    words.push_back(flag);
    if (value.is_bool()) continue;
    if (!value.is_array()) {
      words.back() += "=" + word_of(value);
      continue;
    }
    for (const sim::Value& one : value.items()) words.push_back(word_of(one));
  }
  return words;
}

Error not_a_number(std::string_view flag, const std::string& text) {
  return Error{ErrorKind::kInvalid,
               fmt::format("--{}: {}: is no number of tokens or bytes", flag, text),
               "as 4096, 4k (4000) or 4K (4096)"};
}

}  // namespace

Result<std::vector<std::string>> vllm_words(std::vector<std::string> words) {
  std::vector<std::string> given;
  for (std::string& word : words) {
    word = with_dashes(std::move(word));
    given.push_back(name_of(word));
  }
  const auto config = std::ranges::find(given, "--config");
  if (config == given.end()) return words;
  const std::size_t at = static_cast<std::size_t>(config - given.begin());
  const bool has_value = words[at].size() > given[at].size();
  if (!has_value && at + 1 == words.size()) {
    return Error{ErrorKind::kInvalid, "--config: expected a file"};
  }
  const std::string path = has_value ? words[at].substr(given[at].size() + 1) : words[at + 1];
  INFERLAB_TRY(const std::vector<std::string> more, words_of_file(path, given));
  const auto begin = words.begin() + static_cast<std::ptrdiff_t>(at);
  words.erase(begin, begin + (has_value ? 1 : 2));
  // Behind the line's own words, so that none of its lists takes the model's name in.
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Result<std::int64_t> human_integer(std::string_view flag, const std::string& text) {
  constexpr std::string_view kDecimal = "kmgt";
  constexpr std::string_view kBinary = "KMGT";
  std::string digits = text;
  double factor = 1;
  bool may_have_fraction = false;
  if (!digits.empty()) {
    const std::size_t decimal = kDecimal.find(digits.back());
    const std::size_t binary = kBinary.find(digits.back());
    if (decimal != std::string_view::npos) {
      factor = std::pow(1000.0, static_cast<double>(decimal + 1));
      may_have_fraction = true;
    } else if (binary != std::string_view::npos) {
      factor = std::pow(1024.0, static_cast<double>(binary + 1));
    }
    if (factor > 1) digits.pop_back();
  }
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                           std::chars_format::fixed);
  const bool whole = code == std::errc{} && end == digits.data() + digits.size();
  constexpr double kMost = 1e15;
  if (!whole || digits.empty() || (!may_have_fraction && value != std::floor(value)) ||
      !(std::abs(value * factor) <= kMost)) {
    return not_a_number(flag, text);
  }
  return static_cast<std::int64_t>(std::llround(value * factor));
}

Result<SpeculativeConfig> speculative_config(const std::string& text) {
  using Json = nlohmann::json;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto bad = [](const std::string& why) {
    return Error{ErrorKind::kInvalid, "--speculative-config: " + why,
                 R"(as {"method": "ngram", "num_speculative_tokens": 5})"};
  };
  if (!json.is_object()) return bad("is no JSON object");
  // Without a method the model says which. Source: vLLM, config/speculative.py.
  const Json model = json.value("model", Json("[ngram]"));
  const bool by_lookup = model == "[ngram]" || model == "ngram";
  const Json method = json.value("method", Json(by_lookup ? "ngram" : "draft_model"));
  if (method != "ngram" && method != "draft_model") {
    return bad("only the methods ngram and draft_model are supported");
  }
  SpeculativeConfig all;
  NgramConfig& config = all.lookup;
  if (method == "draft_model") {
    if (by_lookup || !model.is_string()) return bad("model: is missing");
    all.model = model.get<std::string>();
  }
  const auto number = [&json](const char* name) -> std::optional<std::int32_t> {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number_integer()) return std::nullopt;
    const auto value = found->get<std::int64_t>();
    return value >= 1 && value <= 1024 ? std::optional(static_cast<std::int32_t>(value))
                                       : std::optional<std::int32_t>(-1);
  };
  const auto tokens = number("num_speculative_tokens");
  auto most = number("prompt_lookup_max");
  auto least = number("prompt_lookup_min");
  // One that is left out is the other. Source: vLLM, config/speculative.py.
  if (!most) most = least;
  if (!least) least = most;
  if (!tokens) return bad("num_speculative_tokens: is missing");
  config.num_speculative_tokens = *tokens;
  config.prompt_lookup_max = most.value_or(config.prompt_lookup_max);
  config.prompt_lookup_min = least.value_or(config.prompt_lookup_min);
  if (config.num_speculative_tokens < 1 || config.prompt_lookup_min < 1 ||
      config.prompt_lookup_max < config.prompt_lookup_min) {
    return bad("numbers must be 1 to 1024, and prompt_lookup_min not above prompt_lookup_max");
  }
  return all;
}

Result<bool> disables_any_whitespace(const std::string& text) {
  using Json = nlohmann::json;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto bad = [](const std::string& why) {
    return Error{ErrorKind::kInvalid, "--structured-outputs-config: " + why,
                 R"(as {"disable_any_whitespace": true})"};
  };
  if (!json.is_object()) return bad("is no JSON object");
  for (const auto& [name, value] : json.items()) {
    if (name == "disable_any_whitespace" && !value.is_boolean()) {
      return bad(name + ": is neither true nor false");
    }
    const bool changes_nothing = name == "backend" || name == "disable_fallback";
    if (name != "disable_any_whitespace" && !changes_nothing) {
      return bad(fmt::format("{}: is not supported", printable(name)));
    }
  }
  return json.value("disable_any_whitespace", false);
}

Result<std::vector<std::string>> json_list(std::string_view flag, const std::string& text) {
  using Json = nlohmann::json;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> list;
  for (const Json& one : json.is_array() ? json : Json::array({nullptr})) {
    if (!one.is_string()) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("--{}: {}: is no JSON list of strings", flag, text),
                   R"(as '["https://example.com"]')"};
    }
    list.push_back(one.get<std::string>());
  }
  return list;
}

}  // namespace inferlab::labs
