#include "labs/session/token_counter.h"

#include <charconv>

namespace inferlab::labs {
namespace {

// Longer than any mark with its number.
constexpr std::size_t kTailBytes = 48;
constexpr std::string_view kPrompt = R"("prompt_tokens":)";
constexpr std::string_view kOutput = R"("completion_tokens":)";
constexpr std::string_view kText[] = {R"("delta":{"content":")", R"("text":")"};

// The number after the last `mark` whose end can be seen.
bool number_after(std::string_view text, std::string_view mark, std::int64_t& into) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = text.substr(at + mark.size());
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (code != std::errc{} || end == rest.data() + rest.size()) return false;
  into = number;
  return true;
}

}  // namespace

void TokenCounter::add(std::string_view piece) {
  const std::size_t old = tail_.size();
  const std::string text = tail_ + std::string(piece);
  for (const std::string_view mark : kText) {
    // A mark that ended in the old tail was counted then.
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
      if (at + mark.size() > old) ++events_;
    }
  }
  (void)number_after(text, kPrompt, prompt_);
  if (number_after(text, kOutput, output_)) usage_ = true;
  tail_ = text.substr(text.size() > kTailBytes ? text.size() - kTailBytes : 0);
}

}  // namespace inferlab::labs
