#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inferlab::labs {

/// Counts the tokens of an answer of the OpenAI API while it passes by in pieces, whole or as a
/// stream of events. `usage` of the answer where it has one; else the events that carry text, which
/// are as many as the tokens or a few less. Keeps no text but what a number may be cut in.
class TokenCounter {
 public:
  void add(std::string_view piece);
  [[nodiscard]] std::int64_t prompt_tokens() const { return prompt_; }
  [[nodiscard]] std::int64_t output_tokens() const { return usage_ ? output_ : events_; }
  /// Something that carries text has come.
  [[nodiscard]] bool has_text() const { return usage_ || events_ > 0; }

 private:
  std::string tail_;
  std::int64_t prompt_ = 0, output_ = 0, events_ = 0;
  bool usage_ = false;
};

}  // namespace inferlab::labs
