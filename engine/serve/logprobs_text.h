#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/model/logprobs.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// Logprobs in the shapes of the two APIs. Token texts are those of single tokens: a part of a
/// character is U+FFFD there, and whole in `bytes`. What is less likely than e^-9999 says -9999, as
/// in vLLM, because JSON has no infinity.
/// Source: the OpenAI API reference; vLLM, entrypoints/openai/*/serving.py.
class LogprobsText {
 public:
  /// With `as_ids` a token is "token_id:123" instead of its text.
  LogprobsText(const Tokenizer& tokenizer, bool as_ids) : tokenizer_(&tokenizer), as_ids_(as_ids) {}

  /// {"text_offset": […], "token_logprobs": […], "tokens": […], "top_logprobs": […]}. Tokens
  /// without logprobs (the first of a prompt) have null. Offsets count characters from
  /// `first_offset`. In `top_logprobs` the token itself comes with the likeliest ones.
  void append_completion(std::string& out, std::span<const TokenId> tokens,
                         std::span<const std::optional<TokenLogprobs>> logprobs,
                         std::int64_t first_offset) const;
  /// {"content": [{"token", "logprob", "bytes", "top_logprobs": […]}, …]}
  void append_chat(std::string& out, std::span<const TokenLogprobs> logprobs) const;
  /// vLLM's prompt_logprobs: [null, {"ID": {"logprob", "rank", "decoded_token"}, …}, …]
  void append_prompt(std::string& out,
                     std::span<const std::optional<TokenLogprobs>> logprobs) const;

 private:
  [[nodiscard]] std::string text_of(TokenId id) const;
  [[nodiscard]] std::string name_of(TokenId id) const;
  void append_one(std::string& out, const TokenLogprob& token) const;

  const Tokenizer* tokenizer_;
  bool as_ids_;
};

/// Characters, not bytes, of valid UTF-8.
std::int64_t count_characters(std::string_view text);

}  // namespace inferlab
