#pragma once

#include <string_view>

/// Metadata keys of our own, for what a Hugging Face tokenizer says and GGUF has no key for. A file
/// without them is read as any other program reads it.
namespace inferlab::own_keys {

/// Texts: expressions in place of a named split rule (PreTokenizer::compile).
inline constexpr std::string_view kSplit = "inferlab.tokenizer.split";
inline constexpr std::string_view kByteSplit = "inferlab.tokenizer.byte_split";
/// Texts: what is done to a text first (Normalizer::compile).
inline constexpr std::string_view kNormalizer = "inferlab.tokenizer.normalizer";
/// A flag: a word that is a token is taken whole, without merging.
inline constexpr std::string_view kWordsFirst = "inferlab.tokenizer.ignore_merges";
/// A flag: a vocabulary of the model "llama" merges by `tokenizer.ggml.merges`, not by scores.
inline constexpr std::string_view kByMerges = "inferlab.tokenizer.by_merges";
/// A flag: a run of unknown characters is one token.
inline constexpr std::string_view kFuseUnknown = "inferlab.tokenizer.fuse_unk";
/// A text: when `add_space_prefix` holds: "always" after a special token, "unless_space" or
/// "first_unless_space", which is only at the beginning.
inline constexpr std::string_view kSpacePrefix = "inferlab.tokenizer.space_prefix";
/// Ids of special tokens that take white space before or after them along, that stand only
/// between characters of no word, and that are looked for after the normalizer.
inline constexpr std::string_view kLeftStrip = "inferlab.tokenizer.lstrip";
inline constexpr std::string_view kRightStrip = "inferlab.tokenizer.rstrip";
inline constexpr std::string_view kSingleWord = "inferlab.tokenizer.single_word";
inline constexpr std::string_view kNormalized = "inferlab.tokenizer.normalized";
/// Ids of all tokens that end a generation, if they are more than EOS.
inline constexpr std::string_view kEndIds = "inferlab.tokenizer.end_token_ids";
/// A number: longer words are unknown (WordPiece).
inline constexpr std::string_view kMaxWord = "inferlab.tokenizer.max_word_characters";

}  // namespace inferlab::own_keys
