#include "engine/tokenizer/chat_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"

namespace inferlab {
namespace {

struct FormatRow {
  ChatFormat format;
  std::string_view name;
  /// All of these stand in a template of this format.
  std::array<std::string_view, 2> signs;
};
// The more particular first: a template may mention markers of another one.
constexpr FormatRow kFormats[] = {
    {ChatFormat::kChatMl, "ChatML", {"<|im_start|>", "<|im_end|>"}},
    {ChatFormat::kLlama3, "Llama 3", {"<|start_header_id|>", "<|eot_id|>"}},
    {ChatFormat::kLlama2, "Llama 2", {"[INST]", "[/INST]"}},
    {ChatFormat::kZephyr, "Zephyr", {"<|user|>", "<|assistant|>"}},
};

const FormatRow& row_of(ChatFormat format) {
  const auto* row = std::ranges::find(kFormats, format, &FormatRow::format);
  INFERLAB_CHECK(row != std::end(kFormats));
  return *row;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

Result<void> check_messages(std::span<const ChatMessage> messages) {
  if (messages.empty()) {
    return Error{ErrorKind::kInvalid, "messages: there is none", "send at least one message"};
  }
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string& role = messages[i].role;
    const auto is_plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    };
    constexpr std::size_t kMaxRole = 64;
    if (role.empty() || role.size() > kMaxRole || !std::ranges::all_of(role, is_plain)) {
      return Error{ErrorKind::kInvalid, fmt::format("messages[{}].role: is not a plain word", i),
                   "use system, user or assistant"};
    }
  }
  return {};
}

/// Collects the parts of one prompt.
class Prompt {
 public:
  void marker(std::string_view text) { parts_.push_back({std::string(text), true}); }
  void text(std::string_view text) { parts_.push_back({std::string(text), false}); }
  [[nodiscard]] std::span<const PromptPart> parts() const { return parts_; }

 private:
  std::vector<PromptPart> parts_;
};

/// <|im_start|>ROLE\nCONTENT<|im_end|>\n
void render_chat_ml(std::span<const ChatMessage> messages, bool open, Prompt& prompt) {
  for (const ChatMessage& message : messages) {
    prompt.marker("<|im_start|>");
    prompt.text(message.role);
    prompt.text("\n");
    prompt.text(message.content);
    prompt.marker("<|im_end|>");
    prompt.text("\n");
  }
  if (open) {
    prompt.marker("<|im_start|>");
    prompt.text("assistant\n");
  }
}

/// <|start_header_id|>ROLE<|end_header_id|>\n\nCONTENT<|eot_id|>, contents trimmed.
void render_llama3(std::span<const ChatMessage> messages, bool open, Prompt& prompt) {
  const auto header = [&prompt](std::string_view role) {
    prompt.marker("<|start_header_id|>");
    prompt.text(role);
    prompt.marker("<|end_header_id|>");
    prompt.text("\n\n");
  };
  for (const ChatMessage& message : messages) {
    header(message.role);
    prompt.text(trimmed(message.content));
    prompt.marker("<|eot_id|>");
  }
  if (open) header("assistant");
}

/// [INST] <<SYS>>\nSYSTEM\n<</SYS>>\n\nUSER [/INST] ASSISTANT </s>, with <s> before each turn but
/// the first, which has it from the tokenizer. User and assistant alternate.
Result<void> render_llama2(std::span<const ChatMessage> messages, const Tokenizer& tokenizer,
                           Prompt& prompt) {
  const auto token = [&](std::optional<TokenId> id) {
    return id ? tokenizer.token_text(*id) : std::string_view{};
  };
  std::string_view system;
  std::size_t first = 0;
  if (messages[0].role == "system") {
    system = messages[0].content;
    first = 1;
  }
  for (std::size_t i = first; i < messages.size(); ++i) {
    const bool user = (i - first) % 2 == 0;
    if (messages[i].role != (user ? "user" : "assistant")) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("messages[{}].role: is {}: this model's template wants user and "
                               "assistant in turn, after one system message at most",
                               i, messages[i].role)};
    }
    if (user) {
      if (i > first) prompt.marker(token(tokenizer.bos()));
      prompt.text("[INST] ");
      if (i == first && first == 1) {
        prompt.text("<<SYS>>\n");
        prompt.text(system);
        prompt.text("\n<</SYS>>\n\n");
      }
      prompt.text(trimmed(messages[i].content));
      prompt.text(" [/INST]");
    } else {
      prompt.text(" ");
      prompt.text(trimmed(messages[i].content));
      prompt.text(" ");
      prompt.marker(token(tokenizer.eos()));
    }
  }
  if (first == messages.size()) {
    return Error{ErrorKind::kInvalid, "messages: there is no user message"};
  }
  return {};
}

/// <|ROLE|>\nCONTENT</s>\n
void render_zephyr(std::span<const ChatMessage> messages, const Tokenizer& tokenizer, bool open,
                   Prompt& prompt) {
  for (const ChatMessage& message : messages) {
    prompt.marker("<|" + message.role + "|>");
    prompt.text("\n");
    prompt.text(message.content);
    if (tokenizer.eos()) prompt.marker(tokenizer.token_text(*tokenizer.eos()));
    prompt.text("\n");
  }
  if (open) {
    prompt.marker("<|assistant|>");
    prompt.text("\n");
  }
}

/// Formats whose turns are told apart by control tokens alone need them in the vocabulary.
Result<void> check_markers(const Tokenizer& tokenizer, ChatFormat format) {
  if (format != ChatFormat::kChatMl && format != ChatFormat::kLlama3) return {};
  for (const std::string_view sign : row_of(format).signs) {
    if (!tokenizer.find_special(sign)) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("chat template: {} is no control token of this model", sign)};
    }
  }
  return {};
}

}  // namespace

Result<ChatTemplate> ChatTemplate::load(const GgufFile& file) {
  constexpr std::string_view kKey = "tokenizer.chat_template";
  if (!file.has(kKey)) {
    return Error{ErrorKind::kNotFound, fmt::format("{}: {}: is missing", file.name(), kKey),
                 "the model was not trained for chat: use completions"};
  }
  INFERLAB_TRY(const std::string_view text, file.text(kKey));
  for (const FormatRow& row : kFormats) {
    const auto stands_there = [&](std::string_view sign) {
      return text.find(sign) != std::string_view::npos;
    };
    if (std::ranges::all_of(row.signs, stands_there)) return ChatTemplate(row.format);
  }
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: {}: is none of the known ones", file.name(), kKey),
               "known are ChatML, Llama 2, Llama 3 and Zephyr"};
}

std::string_view ChatTemplate::name() const {
  return row_of(format_).name;
}

Result<std::vector<TokenId>> ChatTemplate::render(const Tokenizer& tokenizer,
                                                  std::span<const ChatMessage> messages,
                                                  bool add_generation_prompt) const {
  INFERLAB_TRY_VOID(check_messages(messages));
  INFERLAB_TRY_VOID(check_markers(tokenizer, format_));
  Prompt prompt;
  bool add_bos = tokenizer.adds_bos();
  switch (format_) {
    case ChatFormat::kChatMl:
      render_chat_ml(messages, add_generation_prompt, prompt);
      break;
    case ChatFormat::kLlama3:
      render_llama3(messages, add_generation_prompt, prompt);
      add_bos = true;
      break;
    case ChatFormat::kLlama2:
      INFERLAB_TRY_VOID(render_llama2(messages, tokenizer, prompt));
      add_bos = true;
      break;
    case ChatFormat::kZephyr:
      render_zephyr(messages, tokenizer, add_generation_prompt, prompt);
      break;
  }
  return tokenizer.encode_prompt(prompt.parts(), add_bos);
}

}  // namespace inferlab
