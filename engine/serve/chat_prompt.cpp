#include <fmt/format.h>

#include "engine/serve/generation_plan.h"

namespace inferlab {

Result<std::vector<TokenId>> chat_prompt(const Engine& engine,
                                         const std::vector<ChatMessage>& messages,
                                         const ChatPromptOptions& options) {
  const std::optional<ChatTemplate>& known = engine.chat_template();
  const Tokenizer& tokenizer = engine.tokenizer();
  if (!known) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("messages: the model {} has no chat template that is known",
                             engine.served_model_names().front()),
                 "use /v1/completions"};
  }
  // None of the formats that are known has room for tools, so options.tools has no place in it.
  std::span<const ChatMessage> closed = messages;
  std::vector<TokenId> open_part;
  if (options.continue_final_message) {
    // The last message is where the answer would begin, and what it says is as good as said.
    closed = closed.first(closed.size() - 1);
    if (closed.empty()) {
      return Error{ErrorKind::kInvalid, "continue_final_message: there is no message before"};
    }
    const PromptPart begun{.text = messages.back().content};
    open_part = tokenizer.encode_prompt(std::span(&begun, 1), /*add_bos=*/false);
  }
  const bool opens = options.add_generation_prompt || options.continue_final_message;
  INFERLAB_TRY(std::vector<TokenId> prompt, known->render(tokenizer, closed, opens));
  prompt.insert(prompt.end(), open_part.begin(), open_part.end());
  if (options.add_special_tokens && tokenizer.adds_bos() && tokenizer.bos()) {
    prompt.insert(prompt.begin(), *tokenizer.bos());
  }
  return prompt;
}

}  // namespace inferlab
