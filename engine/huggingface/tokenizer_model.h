#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab::huggingface {

using Json = nlohmann::json;

/// A member, or null where there is none.
const Json& member(const Json& object, std::string_view name);
/// `object.name` as text; empty where there is none.
std::string text_of(const Json& object, std::string_view name);
bool flag_of(const Json& object, std::string_view name, bool fallback);
std::optional<std::int64_t> integer_of(const Json& value);

/// kInvalid: "FILE: not JSON: WHY". An empty text is an empty object.
Result<Json> parse_json(std::string_view text, std::string_view file);

struct AddedToken {
  TokenId id;
  std::string text;
  bool special;
  bool normalized;
  bool left_strip;
  bool right_strip;
  bool single_word;
};

/// The vocabulary of a tokenizer.json, and the rest of it.
struct TokenizerModel {
  enum class Type : std::uint8_t { kBpe, kWordPiece, kUnigram };

  Type type;
  std::vector<std::string> tokens;  ///< by id
  std::vector<bool> exists;         ///< false: no token has the id
  std::vector<float> scores;        ///< Unigram
  std::vector<std::string> merges;  ///< "LEFT RIGHT"
  std::vector<AddedToken> added;    ///< by id
  std::unordered_map<std::string, TokenId> ids;
  std::optional<TokenId> unknown;
  Json rest;  ///< without the vocabulary and the merges

  static Result<TokenizerModel> parse(std::string_view text);

  [[nodiscard]] std::optional<TokenId> find(const std::string& token) const;
};

/// "tokenizer.json: WHERE: WHY".
Error refused(std::string_view where, std::string_view why);

}  // namespace inferlab::huggingface
