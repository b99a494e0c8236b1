#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/formats/gguf_writer.h"

namespace inferlab {

/// The texts of a model folder's files that speak of its tokenizer; empty where there is none.
struct TokenizerFiles {
  std::string tokenizer;           ///< tokenizer.json, which must be there
  std::string tokenizer_config;    ///< tokenizer_config.json
  std::string special_tokens_map;  ///< special_tokens_map.json
  std::string generation_config;   ///< generation_config.json
  std::string config;              ///< config.json
  std::string chat_template;       ///< chat_template.jinja

  /// kNotFound without tokenizer.json.
  static Result<TokenizerFiles> read(const std::string& folder);
};

/// Translates the tokenizer of a Hugging Face folder into the metadata that GGUF files carry
/// (`tokenizer.*`), with keys of our own for what GGUF has none for (tokenizer/own_keys.h), so that
/// Tokenizer::load and ChatTemplate::load read it as they read any file.
///
/// BPE (byte-level, or of characters with byte fallback), WordPiece and Unigram; normalizers,
/// pre-tokenizers and added tokens as their types say. A rule is known by its expressions, never by
/// a model's name. What cannot be carried is refused by name: kInvalid, "FILE: WHERE: WHAT: WHY".
/// Truncation and padding are not translated: the server decides on lengths.
///
/// Each file is believed no more than a GGUF file: sizes, ids and depths are checked.
/// Source: Hugging Face, documentation of tokenizers and transformers.
Result<void> add_tokenizer_metadata(const TokenizerFiles& files, GgufWriter& to);
/// The same, from a folder.
Result<void> add_tokenizer_metadata(const std::string& folder, GgufWriter& to);

}  // namespace inferlab
