#include "labs/spec/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace inferlab::labs {
namespace {

// Longer words are nobody's typing mistake, and the cost is quadratic.
constexpr std::size_t kMaxLength = 80;

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view wrong, const std::vector<std::string_view>& words) {
  if (wrong.size() > kMaxLength) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const std::string_view word : words) {
    const std::size_t d = distance(wrong, word);
    if (d < best_distance && d < wrong.size()) {  // another letter is no mistyped one
      best = word;
      best_distance = d;
    }
  }
  return std::string(best);
}

std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& words) {
  if (words.empty()) return {};
  const std::string near = nearest_word(wrong, words);
  if (!near.empty()) return fmt::format("did you mean \"{}\"?", near);
  return fmt::format("known: {}", fmt::join(words, ", "));
}

}  // namespace inferlab::labs
