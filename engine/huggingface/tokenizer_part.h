#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/formats/gguf_writer.h"

namespace inferlab::huggingface {

/// Adds what a folder says of its tokenizer and chat template, under GGUF's keys ("tokenizer.*").
/// It is taken from tokenizer.json and what lies beside it, else from tokenizer.gguf, a GGUF file
/// without weights, as llama.cpp's converter writes with --vocab-only. A folder without either gets
/// none: its model can be looked at, not served.
Result<void> add_tokenizer(const std::string& folder, GgufWriter& writer);

/// The same metadata with tokens up to `vocab_size`: embeddings are often made longer than the
/// vocabulary, to a round number. What is added is never said. Source: llama.cpp,
/// convert_hf_to_gguf.py ("[PAD...]").
Result<GgufWriter> pad_tokens(const GgufFile& metadata, std::int64_t vocab_size);

}  // namespace inferlab::huggingface
