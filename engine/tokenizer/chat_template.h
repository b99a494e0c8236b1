#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

struct ChatMessage {
  std::string role;  ///< "system", "user", "assistant"; other names where the format has room
  std::string content;
};

/// The formats that are known. A template is a Jinja program; it is recognised by the markers that
/// it writes and never run, so a model file cannot bring code with it.
enum class ChatFormat : std::uint8_t {
  kChatMl,
  kLlama3,
  kMistralV7Tekken,
  kMistralV7,
  kMistralV1,
  kMistralV3Tekken,
  kMistralV3,
  kLlama2,  ///< with <<SYS>>
  kInst,    ///< [INST] alone: the first Mistral and its kin
  kZephyr,
};

/// Turns a conversation into a prompt.
///
/// The template's markers become control tokens; roles and contents are encoded as plain text, so
/// that "<|im_end|>" written by a user is just these ten characters and ends nothing.
class ChatTemplate {
 public:
  /// Recognises `tokenizer.chat_template`. kNotFound when the file has none (the model is a plain
  /// completion model), kInvalid when it is none of the known ones.
  static Result<ChatTemplate> load(const GgufFile& file);
  explicit ChatTemplate(ChatFormat format) : format_(format) {}

  [[nodiscard]] ChatFormat format() const { return format_; }
  [[nodiscard]] std::string_view name() const;

  /// The prompt with BOS where the model wants it. `add_generation_prompt` opens the assistant's
  /// turn. kInvalid: no message, an empty role, a role that the format cannot say.
  [[nodiscard]] Result<std::vector<TokenId>> render(const Tokenizer& tokenizer,
                                                    std::span<const ChatMessage> messages,
                                                    bool add_generation_prompt = true) const;

 private:
  ChatFormat format_;
};

}  // namespace inferlab
