#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

// JSON written piece by piece: an answer has a chunk for every token, and a tree of values for each
// would cost more than all the rest of it. Each appends to `out`.

/// With its quotes. What is no UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
void append_json_integer(std::string& out, std::int64_t value);
/// The shortest digits that mean this value. Checks: finite.
void append_json_number(std::string& out, float value);
/// [1, 2]
void append_json_ids(std::string& out, std::span<const TokenId> ids);

}  // namespace inferlab
