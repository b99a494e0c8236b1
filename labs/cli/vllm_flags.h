#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/serve/ngram_drafts.h"

namespace inferlab::labs {

/// A flag of `vllm serve` that this engine has no switch for: what it may say, and why that is so
/// anyway. Source: vLLM documentation, "Engine Arguments" and "OpenAI-Compatible Server".
struct VllmFlag {
  enum class Kind : std::uint8_t { kSwitch, kValue, kMany };
  std::string_view name;  ///< without dashes in front
  Kind kind = Kind::kValue;
  /// Values, "|" between them, that are as well as not given; "*": any; empty: the flag is refused.
  /// Of a switch "*" or empty.
  std::string_view accepted = {};
  std::string_view why = {};
};
std::span<const VllmFlag> vllm_flags();

/// What was given for one of them; a switch has no values.
struct GivenFlag {
  const VllmFlag* flag;
  std::vector<std::string> values;
};
/// What the log says of it; kInvalid when it asks for what the engine does not have.
Result<std::string> note_on(const GivenFlag& given);

/// The arguments of `serve` as our parser reads them: vLLM takes '_' for '-' in names, has a few
/// short ones, and a file of arguments behind --config, which count where the line has no such
/// flag. kInvalid, kNotFound: the file's.
Result<std::vector<std::string>> vllm_words(std::vector<std::string> words);

/// "32k" is 32,000, "25.6k" 25,600, "32K" 32,768 and so on to t and T. kInvalid names `flag`.
Result<std::int64_t> human_integer(std::string_view flag, const std::string& text);

/// {"method": "ngram", "num_speculative_tokens": 5, "prompt_lookup_max": 4}. kInvalid: no such
/// object, or another method.
struct SpeculativeConfig {
  NgramConfig lookup;
  std::string model;  ///< "": by lookup; otherwise only lookup.num_speculative_tokens counts
};
Result<SpeculativeConfig> speculative_config(const std::string& json);

/// Of --structured-outputs-config: its disable_any_whitespace. Which backend makes the masks is
/// one's own affair; what there is nothing for is refused.
Result<bool> disables_any_whitespace(const std::string& json);

/// ["http://a", "http://b"] in JSON, as vLLM wants lists of origins.
Result<std::vector<std::string>> json_list(std::string_view flag, const std::string& json);

}  // namespace inferlab::labs
