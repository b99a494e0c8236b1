#include "engine/tokenizer/unigram.h"

#include <algorithm>
#include <limits>

#include "engine/tokenizer/utf8.h"

namespace inferlab {
namespace {

struct Best {
  double score = -std::numeric_limits<double>::infinity();
  std::size_t from = 0;
  TokenId id = kNoToken;
};

void append_unknown(const Tokenizer::Vocabulary& v, std::string_view bytes, bool after_unknown,
                    std::vector<TokenId>& out) {
  if (v.has_bytes(bytes)) {
    for (const char c : bytes) out.push_back(v.byte_tokens[static_cast<unsigned char>(c)]);
  } else if (!after_unknown && v.unknown != kNoToken) {
    out.push_back(v.unknown);
  }
}

}  // namespace

void append_unigram(const Tokenizer::Vocabulary& v, std::string_view text,
                    std::vector<TokenId>& out) {
  if (text.empty()) return;
  std::vector<Best> best(text.size() + 1);
  best[0].score = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t character = utf8_step(text.substr(i)).bytes;
    const double here = best[i].score;
    bool has_character = false;
    v.pieces.each(text.substr(i), v.texts, [&](TokenId id, std::size_t bytes) {
      const bool free = v.kinds[id] == TokenKind::kUserDefined;
      const double score = here + (free ? 0.0 : static_cast<double>(v.scores[id]));
      if (score > best[i + bytes].score) best[i + bytes] = {.score = score, .from = i, .id = id};
      has_character = has_character || bytes == character;
    });
    if (!has_character) {
      const double score = here + v.unknown_score;
      Best& next = best[i + character];
      if (score > next.score) next = {.score = score, .from = i, .id = kNoToken};
    }
    i += character;
  }
  std::vector<std::size_t> ends;
  for (std::size_t end = text.size(); end > 0; end = best[end].from) ends.push_back(end);
  bool after_unknown = false;
  for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
    const Best& piece = best[*end];
    if (piece.id != kNoToken) {
      out.push_back(piece.id);
    } else {
      append_unknown(v, text.substr(piece.from, *end - piece.from), after_unknown, out);
    }
    after_unknown = piece.id == kNoToken;
  }
}

}  // namespace inferlab
