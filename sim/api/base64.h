#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace inferlab::sim {

/// Standard base64 with padding (RFC 4648, section 4).
std::string to_base64(std::string_view bytes);

/// Where `text` stops being base64, as Go's encoding/base64 counts; nullopt when it is.
std::optional<std::size_t> base64_error(std::string_view text);

/// nullopt for what is no base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace inferlab::sim
