#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace inferlab {

/// How a text is cut into words before byte-level BPE merges within each.
enum class PreTokenizer : std::uint8_t {
  kGpt2,       ///< contractions, " ?letters", " ?numbers", " ?others", white space
  kLlama3,     ///< numbers up to three digits; one odd character may lead letters; line ends
  kQwen2,      ///< as kLlama3, digits one by one
  kStarcoder,  ///< digits one by one first, then kGpt2 in what lies between
  kDefault,    ///< runs of punctuation first, then kGpt2, then numbers in threes from the left
};

/// From `tokenizer.ggml.pre`; nullopt for a rule that is not known.
std::optional<PreTokenizer> pre_tokenizer_from_name(std::string_view name);

/// Cuts valid UTF-8 into words that put together give the text again; views into `text`. Linear.
/// The rules are the published regular expressions of the models, and llama.cpp's for kDefault,
/// written out by hand; categories are Unicode's as utf8proc has them.
std::vector<std::string_view> pre_tokenize(std::string_view text, PreTokenizer rule);

}  // namespace inferlab
