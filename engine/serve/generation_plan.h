#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/serve/api_types.h"
#include "engine/serve/engine.h"
#include "engine/serve/generation.h"

namespace inferlab {

/// What the engine is asked for: a request for each choice, number `prompt * n + i`.
struct GenerationPlan {
  std::vector<std::vector<TokenId>> prompts;
  std::vector<std::string> echoes;  ///< by prompt; empty without `echo`
  std::vector<GenerationRequest> requests;
  bool echoes_alone = false;  ///< echo with max_tokens 0: the token that comes is not shown
};

/// Tokens of what was asked, and all that depends on the model: lengths, the vocabulary, words.
/// `id` names the requests; `max_logprobs` is the server's limit, -1: none.
/// Source: vLLM, sampling_params.py and renderers/params.py, for rules and sentences.
std::variant<GenerationPlan, ApiError> plan_generation(const ApiRequest& request,
                                                       const Engine& engine,
                                                       std::int64_t max_logprobs,
                                                       const std::string& id, Time arrival);

/// Prompt tokens of a conversation.
Result<std::vector<TokenId>> chat_prompt(const Engine& engine,
                                         const std::vector<ChatMessage>& messages,
                                         const ChatPromptOptions& options);

}  // namespace inferlab
