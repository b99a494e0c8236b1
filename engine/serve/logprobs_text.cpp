#include "engine/serve/logprobs_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/serve/json_text.h"

namespace inferlab {
namespace {

constexpr float kLeast = -9999.0F;

void append_logprob(std::string& out, float logprob) {
  append_json_number(out, std::max(logprob, kLeast));
}

/// The token itself first, then the likeliest others.
template <typename Append>
void for_each_token(const TokenLogprobs& logprobs, Append append) {
  append(logprobs.token);
  for (const TokenLogprob& top : logprobs.top) {
    if (top.id != logprobs.token.id) append(top);
  }
}

}  // namespace

std::int64_t count_characters(std::string_view text) {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::string LogprobsText::text_of(TokenId id) const {
  return tokenizer_->decode(std::span(&id, 1), {.at_start = false, .show_control = true});
}

std::string LogprobsText::name_of(TokenId id) const {
  return as_ids_ ? fmt::format("token_id:{}", id) : text_of(id);
}

void LogprobsText::append_completion(std::string& out, std::span<const TokenId> tokens,
                                     std::span<const std::optional<TokenLogprobs>> logprobs,
                                     std::int64_t first_offset) const {
  std::string offsets;
  std::string own;
  std::string names;
  std::string tops;
  std::int64_t offset = first_offset;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) {
      for (std::string* list : {&offsets, &own, &names, &tops}) *list += ',';
    }
    append_json_integer(offsets, offset);
    const std::string name = name_of(tokens[i]);
    offset += count_characters(name);
    append_json_string(names, name);
    if (i >= logprobs.size() || !logprobs[i]) {
      own += "null";
      tops += "null";
      continue;
    }
    append_logprob(own, logprobs[i]->token.logprob);
    tops += '{';
    for_each_token(*logprobs[i], [&](const TokenLogprob& token) {
      if (tops.back() != '{') tops += ',';
      append_json_string(tops, name_of(token.id));
      tops += ':';
      append_logprob(tops, token.logprob);
    });
    tops += '}';
  }
  out += R"({"text_offset":[)" + offsets + R"(],"token_logprobs":[)" + own + R"(],"tokens":[)" +
         names + R"(],"top_logprobs":[)" + tops + "]}";
}

void LogprobsText::append_one(std::string& out, const TokenLogprob& token) const {
  out += R"({"token":)";
  append_json_string(out, name_of(token.id));
  out += R"(,"logprob":)";
  append_logprob(out, token.logprob);
  out += R"(,"bytes":[)";
  // The token's own bytes, so that a client can join those of a character that has several tokens.
  std::string_view bytes = tokenizer_->token_bytes(token.id);
  if (bytes.empty()) bytes = tokenizer_->token_text(token.id);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += ',';
    append_json_integer(out, static_cast<unsigned char>(bytes[i]));
  }
  out += ']';
}

void LogprobsText::append_chat(std::string& out, std::span<const TokenLogprobs> logprobs) const {
  out += R"({"content":[)";
  for (std::size_t i = 0; i < logprobs.size(); ++i) {
    if (i > 0) out += ',';
    append_one(out, logprobs[i].token);
    out += R"(,"top_logprobs":[)";
    for (std::size_t k = 0; k < logprobs[i].top.size(); ++k) {
      if (k > 0) out += ',';
      append_one(out, logprobs[i].top[k]);
      out += '}';
    }
    out += "]}";
  }
  out += "]}";
}

void LogprobsText::append_prompt(std::string& out,
                                 std::span<const std::optional<TokenLogprobs>> logprobs) const {
  out += '[';
  for (std::size_t i = 0; i < logprobs.size(); ++i) {
    if (i > 0) out += ',';
    if (!logprobs[i]) {
      out += "null";
      continue;
    }
    out += '{';
    for_each_token(*logprobs[i], [&](const TokenLogprob& token) {
      if (out.back() != '{') out += ',';
      out += '"';
      append_json_integer(out, token.id);
      out += R"(":{"logprob":)";
      append_logprob(out, token.logprob);
      out += R"(,"rank":)";
      append_json_integer(out, token.rank);
      out += R"(,"decoded_token":)";
      append_json_string(out, text_of(token.id));
      out += '}';
    });
    out += '}';
  }
  out += ']';
}

}  // namespace inferlab
