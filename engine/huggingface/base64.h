#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace inferlab::huggingface {

/// RFC 4648, section 4, with its padding; nullopt for anything else.
std::optional<std::vector<unsigned char>> decode_base64(std::string_view text);

}  // namespace inferlab::huggingface
