#include "engine/tokenizer/chat_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace inferlab {
namespace {

struct FormatRow {
  ChatFormat format;
  std::string_view name;
  /// All of these stand in a template of this format.
  std::vector<std::string_view> signs;
};
/// The more particular first: a template may mention markers of another one. What tells the formats
/// with [INST] apart is what llama.cpp goes by (llama-chat.cpp, llm_chat_detect_template), where
/// Mistral's own spaces around the markers decide.
const std::vector<FormatRow>& formats() {
  static const std::vector<FormatRow> kFormats = {
      {ChatFormat::kChatMl, "ChatML", {"<|im_start|>", "<|im_end|>"}},
      {ChatFormat::kLlama3, "Llama 3", {"<|start_header_id|>", "<|eot_id|>"}},
      {ChatFormat::kMistralV7, "Mistral V7", {"[INST]", "[SYSTEM_PROMPT] "}},
      {ChatFormat::kMistralV7Tekken, "Mistral V7 Tekken", {"[INST]", "[SYSTEM_PROMPT]"}},
      {ChatFormat::kMistralV1, "Mistral V1", {"' [INST] ' + system_message"}},
      {ChatFormat::kMistralV1, "Mistral V1", {" [INST]", "[AVAILABLE_TOOLS]"}},
      {ChatFormat::kMistralV3Tekken, "Mistral V3 Tekken", {"\"[INST]\"", "[AVAILABLE_TOOLS]"}},
      {ChatFormat::kMistralV3, "Mistral V3", {"[INST]", "[AVAILABLE_TOOLS]"}},
      {ChatFormat::kLlama2, "Llama 2", {"[INST]", "[/INST]", "<<SYS>>"}},
      {ChatFormat::kInst, "[INST]", {"[INST]", "[/INST]"}},
      {ChatFormat::kZephyr, "Zephyr", {"<|user|>", "<|assistant|>"}},
  };
  return kFormats;
}

const FormatRow& row_of(ChatFormat format) {
  const auto row = std::ranges::find(formats(), format, &FormatRow::format);
  INFERLAB_CHECK(row != formats().end());
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

/// User and assistant in turn, after one system message at most: what the templates with [INST]
/// insist on. Gives the index of the first user message.
Result<std::size_t> check_turns(std::span<const ChatMessage> messages) {
  const std::size_t first = messages[0].role == "system" ? 1 : 0;
  for (std::size_t i = first; i < messages.size(); ++i) {
    if (messages[i].role == ((i - first) % 2 == 0 ? "user" : "assistant")) continue;
    return Error{ErrorKind::kInvalid,
                 fmt::format("messages[{}].role: is {}: this model's template wants user and "
                             "assistant in turn, after one system message at most",
                             i, messages[i].role)};
  }
  if (first == messages.size()) {
    return Error{ErrorKind::kInvalid, "messages: there is no user message"};
  }
  return first;
}

/// What the formats with [INST] differ in.
struct InstStyle {
  std::string_view before_open;   ///< [INST]
  std::string_view after_open;    ///< [INST] and, in V7, [SYSTEM_PROMPT]
  std::string_view before_close;  ///< [/INST]
  std::string_view before_answer;
  std::string_view after_answer;
  std::string_view system_open;
  std::string_view system_close;
  bool system_is_turn = false;  ///< before [INST] instead of behind it
  bool bos_each_turn = false;
  bool trim_user = false;
  bool trim_answer = false;
};

/// Sources: "Llama 2 is here", huggingface.co/blog/llama2; Mistral's cookbook, "Chat Templates";
/// llama.cpp for what the templates leave open.
InstStyle inst_style(ChatFormat format) {
  InstStyle style;
  style.system_close = "\n\n";
  switch (format) {
    case ChatFormat::kLlama2:
      style.after_open = style.before_close = style.before_answer = style.after_answer = " ";
      style.system_open = "<<SYS>>\n";
      style.system_close = "\n<</SYS>>\n\n";
      style.bos_each_turn = style.trim_user = style.trim_answer = true;
      break;
    case ChatFormat::kInst:
      style.after_open = style.before_close = " ";
      style.system_close = "\n";
      break;
    case ChatFormat::kMistralV1:
      style.before_open = style.after_open = style.before_close = style.before_answer = " ";
      break;
    case ChatFormat::kMistralV3:
      style.after_open = style.before_answer = " ";
      style.trim_answer = true;
      break;
    case ChatFormat::kMistralV3Tekken:
      break;
    case ChatFormat::kMistralV7:
      style.after_open = style.before_answer = " ";
      style.system_is_turn = true;
      break;
    default:
      INFERLAB_CHECK(format == ChatFormat::kMistralV7Tekken);
      style.system_is_turn = true;
      break;
  }
  return style;
}

/// [INST] USER [/INST] ANSWER </s>, with the spaces and the system message of the style. The first
/// BOS comes from the tokenizer.
Result<void> render_inst(std::span<const ChatMessage> messages, const InstStyle& style,
                         const Tokenizer& tokenizer, Prompt& prompt) {
  INFERLAB_TRY(const std::size_t first, check_turns(messages));
  const auto token = [&](std::optional<TokenId> id) {
    return id ? tokenizer.token_text(*id) : std::string_view{};
  };
  if (first == 1 && style.system_is_turn) {
    prompt.marker("[SYSTEM_PROMPT]");
    prompt.text(style.after_open);
    prompt.text(messages[0].content);
    prompt.marker("[/SYSTEM_PROMPT]");
  }
  for (std::size_t i = first; i < messages.size(); ++i) {
    const std::string_view content = messages[i].content;
    if ((i - first) % 2 == 1) {
      prompt.text(style.before_answer);
      prompt.text(style.trim_answer ? trimmed(content) : content);
      prompt.text(style.after_answer);
      prompt.marker(token(tokenizer.eos()));
      continue;
    }
    if (i > first && style.bos_each_turn) prompt.marker(token(tokenizer.bos()));
    prompt.text(style.before_open);
    prompt.marker("[INST]");
    prompt.text(style.after_open);
    if (i == first && first == 1 && !style.system_is_turn) {
      prompt.text(style.system_open);
      prompt.text(messages[0].content);
      prompt.text(style.system_close);
    }
    prompt.text(style.trim_user ? trimmed(content) : content);
    prompt.text(style.before_close);
    prompt.marker("[/INST]");
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
  for (const FormatRow& row : formats()) {
    const auto stands_there = [&](std::string_view sign) {
      return text.find(sign) != std::string_view::npos;
    };
    if (std::ranges::all_of(row.signs, stands_there)) return ChatTemplate(row.format);
  }
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: {}: is none of the known ones", file.name(), kKey),
               "known are ChatML, Llama 2, Llama 3, Mistral and Zephyr"};
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
    case ChatFormat::kZephyr:
      render_zephyr(messages, tokenizer, add_generation_prompt, prompt);
      break;
    default:
      INFERLAB_TRY_VOID(render_inst(messages, inst_style(format_), tokenizer, prompt));
      add_bos = true;
      break;
  }
  return tokenizer.encode_prompt(prompt.parts(), add_bos);
}

}  // namespace inferlab
