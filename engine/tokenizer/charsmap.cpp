#include "engine/tokenizer/charsmap.h"

#include <cstring>

#include "engine/tokenizer/utf8.h"

namespace inferlab {

Result<Charsmap> Charsmap::parse(std::span<const unsigned char> bytes) {
  Charsmap result;
  if (bytes.empty()) return result;
  const Error broken{ErrorKind::kInvalid, "the table of replacements is broken"};
  std::uint32_t trie_bytes = 0;
  if (bytes.size() < sizeof(trie_bytes)) return broken;
  std::memcpy(&trie_bytes, bytes.data(), sizeof(trie_bytes));
  const auto rest = bytes.subspan(sizeof(trie_bytes));
  if (trie_bytes % 4 != 0 || trie_bytes > rest.size()) return broken;
  result.units_.resize(trie_bytes / 4);
  if (trie_bytes > 0) std::memcpy(result.units_.data(), rest.data(), trie_bytes);
  const auto texts = rest.subspan(trie_bytes);
  result.replacements_.assign(texts.begin(), texts.end());
  // Each ends within the table.
  if (!result.replacements_.empty() && result.replacements_.back() != '\0') return broken;
  return result;
}

Charsmap::Match Charsmap::longest(std::string_view text) const {
  Match best{.bytes = 0, .replacement = 0};
  // A unit: bits 0-7 the label (bit 31 set: a value instead), bit 8 whether a value hangs here,
  // bit 9 by how much the offset is scaled, bits 10-30 the offset.
  const auto offset = [](std::uint32_t unit) { return (unit >> 10U) << ((unit & 0x200U) >> 6U); };
  if (units_.empty()) return best;
  std::size_t node = offset(units_[0]);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto label = static_cast<unsigned char>(text[i]);
    if (label == 0) break;
    node ^= label;
    if (node >= units_.size() || (units_[node] & 0x800000ffU) != label) break;
    const bool has_value = ((units_[node] >> 8U) & 1U) != 0;
    node ^= offset(units_[node]);
    if (!has_value) continue;
    if (node >= units_.size()) break;
    best = {.bytes = i + 1, .replacement = units_[node] & 0x7fffffffU};
  }
  return best;
}

std::string Charsmap::apply(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    const Match match = longest(text);
    if (match.bytes > 0 && match.replacement < replacements_.size()) {
      result += replacements_.c_str() + match.replacement;  // to its zero
      text.remove_prefix(match.bytes);
      continue;
    }
    const std::size_t bytes = utf8_step(text).bytes;
    result += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  // A hostile table may hold anything.
  return is_valid_utf8(result) ? result : to_valid_utf8(result);
}

}  // namespace inferlab
