#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/serve/api_types.h"
#include "engine/serve/generation.h"
#include "engine/serve/logprobs_text.h"
#include "engine/serve/lora_module.h"

namespace inferlab {

/// What all answers to one request have in common.
struct ResponseHead {
  ApiKind kind = ApiKind::kCompletion;
  std::string id;            ///< "cmpl-…" or "chatcmpl-…"
  std::string model;         ///< the name that the client used
  std::int64_t created = 0;  ///< seconds since 1970
  bool include_usage = false;
  bool continuous_usage = false;
  bool return_token_ids = false;
  bool with_logprobs = false;
  std::optional<ToolChoice> tool_choice = {};  ///< answers are calls
};

struct Usage {
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::optional<std::int64_t> cached_tokens = {};  ///< none: not told
};

/// One choice of an answer that is sent as a whole.
struct ChoiceAnswer {
  std::string text = {};        ///< an echo included
  std::string tool_calls = {};  ///< JSON, of a forced call, in place of text
  std::vector<TokenId> tokens = {};
  std::vector<TokenLogprobs> logprobs = {};  ///< of the tokens
  GenerationResult result = {};
  const std::vector<TokenId>* prompt = nullptr;
  /// Of the prompt: in completions, with echo, they come before the tokens' own.
  bool echoes_prompt = false;
  bool echoes_alone = false;           ///< max_tokens 0: nothing behind the echo is shown
  bool shows_prompt_logprobs = false;  ///< as vLLM's prompt_logprobs
};

// JSON texts in the shapes of the OpenAI API and, where that has none, of vLLM's. Text that is not
// UTF-8 comes out with U+FFFD.

std::string error_body(const ApiError& error);
std::string version_body(std::string_view version);
/// `loras` come behind the names.
std::string models_body(const std::vector<std::string>& names, std::int64_t created,
                        std::int64_t max_model_len, std::span<const LoraModule> loras = {});
/// Of one of `names`, whose first is the parent of adapters that name none.
std::string lora_body(const std::vector<std::string>& names, const LoraModule& lora,
                      std::int64_t created);
/// Of one of `names`.
std::string model_body(const std::vector<std::string>& names, std::string_view name,
                       std::int64_t created, std::int64_t max_model_len);
/// The answer as a whole.
std::string result_body(const ResponseHead& head, std::span<const ChoiceAnswer> choices,
                        const Usage& usage, const LogprobsText& logprobs);

/// The members of a choice behind its text: `,"logprobs":…,"finish_reason":…,"stop_reason":…`.
/// With "required" a call that came to its end is told as such; with a named function it is not,
/// which is OpenAI's way.
void append_finish(std::string& out, const ResponseHead& head, const GenerationResult& result);
/// `{"prompt_tokens":…}`
void append_usage(std::string& out, const Usage& usage);
/// The logprobs of a completion's choice, its echo first.
void append_choice_logprobs(std::string& out, const ResponseHead& head, const ChoiceAnswer& choice,
                            const LogprobsText& logprobs, std::int64_t first_offset);

}  // namespace inferlab
