#pragma once

#include "engine/tokenizer/vocabulary.h"

namespace inferlab {

/// The first part of Vocabulary::load: which family it is, how texts are normalized and cut. Flags
/// get what they are where the file says nothing. kInvalid names the key.
Result<void> load_rules(const GgufFile& file, Tokenizer::Vocabulary& vocabulary);

}  // namespace inferlab
