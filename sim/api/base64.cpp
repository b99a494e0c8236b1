#include "sim/api/base64.h"

#include <cstdint>

namespace inferlab::sim {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Decoded {
  std::string bytes;
  std::optional<std::size_t> error;
};

Decoded read(std::string_view text) {
  Decoded out;
  out.bytes.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  int digits = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n' || c == '\r') continue;
    if (c == '=') break;
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) {
      out.error = at;
      return out;
    }
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (++digits == 4) {
      for (const int shift : {16, 8, 0})
        out.bytes.push_back(static_cast<char>(group >> shift & 0xff));
      group = 0;
      digits = 0;
    }
  }
  // Two digits make one byte and want "==", three make two and want "=".
  const std::size_t padding = at;
  std::size_t wanted = digits == 0 ? 0 : static_cast<std::size_t>(4 - digits);
  if (digits == 1) {
    out.error = padding < text.size() ? padding : text.size() - 1;
    return out;
  }
  for (; at < text.size(); ++at) {
    if (text[at] == '\n' || text[at] == '\r') continue;
    if (text[at] != '=' || wanted == 0) {
      out.error = at;
      return out;
    }
    --wanted;
  }
  if (wanted != 0) {
    // Go names the start of the open group, or the end when some padding is there.
    out.error =
        padding < text.size() ? text.size() : text.size() - static_cast<std::size_t>(digits);
    return out;
  }
  if (digits == 2) out.bytes.push_back(static_cast<char>(group >> 4 & 0xff));
  if (digits == 3) {
    out.bytes.push_back(static_cast<char>(group >> 10 & 0xff));
    out.bytes.push_back(static_cast<char>(group >> 2 & 0xff));
  }
  return out;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    const std::size_t given = bytes.size() - i < 3 ? bytes.size() - i : 3;
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(k <= given ? kAlphabet[group >> (18 - 6 * k) & 63] : '=');
    }
  }
  return out;
}

std::optional<std::size_t> base64_error(std::string_view text) {
  return read(text).error;
}

std::optional<std::string> from_base64(std::string_view text) {
  Decoded decoded = read(text);
  if (decoded.error) return std::nullopt;
  return std::move(decoded.bytes);
}

}  // namespace inferlab::sim
