// How an item reads one byte: characters in UTF-8 and, in JSON text, as escapes.
//
// What of a character is complete stands in Item::partial: a mode in the upper 8 bits, what was
// read in the lower 24. A byte is taken only if some character that the state can take goes on so:
// no half character is a dead end. Source: Unicode 15, table 3-7 (well-formed UTF-8); RFC 8259,
// section 7 (escapes of strings).
#include <optional>

#include "engine/structured/pushdown.h"

namespace inferlab::structured {
namespace {

enum Mode : std::uint32_t {
  kNone,
  // A character of N bytes of which M are missing: kUtf8<N><M>. Value: the bits so far.
  kUtf8Two1,
  kUtf8Three2,
  kUtf8Three1,
  kUtf8Four3,
  kUtf8Four2,
  kUtf8Four1,
  kEscape,  // behind the backslash
  kHex0,    // behind "\u" and 0 to 3 digits. Value: the digits
  kHex1,
  kHex2,
  kHex3,
  kPair,        // behind a high surrogate. Value: its lower 10 bits
  kPairEscape,  // and a backslash
  kLow0,        // and "u" and 0 to 3 digits. Value: the 10 bits, then the digits in 12 bits
  kLow1,
  kLow2,
  kLow3,
};

constexpr std::uint32_t kValueBits = 24;
constexpr std::uint32_t kValueMask = (1U << kValueBits) - 1;
constexpr char32_t kFirstAstral = 0x10000;
constexpr char32_t kFirstHigh = 0xd800;
constexpr char32_t kLastHigh = 0xdbff;
constexpr char32_t kFirstLow = 0xdc00;
constexpr char32_t kLastLow = 0xdfff;

constexpr std::uint32_t pack(std::uint32_t mode, std::uint32_t value) {
  return (mode << kValueBits) | value;
}

std::optional<std::uint32_t> hex_digit(std::uint8_t byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return std::nullopt;
}

std::optional<char32_t> short_escape(std::uint8_t byte) {
  switch (byte) {
    case '"':
    case '\\':
    case '/':
      return byte;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return std::nullopt;
  }
}

/// The least character that takes as many bytes: what is below would be overlong.
char32_t least_of(std::uint32_t mode) {
  if (mode == kUtf8Two1) return 0x80;
  return mode <= kUtf8Three1 ? 0x800 : kFirstAstral;
}
std::uint32_t missing_bytes(std::uint32_t mode) {
  if (mode == kUtf8Four3) return 3;
  return mode == kUtf8Three2 || mode == kUtf8Four2 ? 2 : 1;
}

}  // namespace

bool Pushdown::can_take(const Item& item, char32_t low, char32_t high) const {
  const Network::State& state = net_.states[item.state];
  if (state.is_counted) {
    const bool only_surrogates = low >= kFirstHigh && high <= kLastLow;
    return item.count < state.max_chars && !only_surrogates;
  }
  for (const Network::CharEdge& edge : net_.chars_of(state)) {
    if (net_.sets[edge.set].chars.meets(low, high)) return true;
  }
  return false;
}

/// The same for UTF-16 code units, of which a high surrogate begins a pair.
bool Pushdown::can_take_units(const Item& item, char32_t low, char32_t high) const {
  if (can_take(item, low, high)) return true;
  const char32_t first = low < kFirstHigh ? kFirstHigh : low;
  const char32_t last = high > kLastHigh ? kLastHigh : high;
  if (first > last) return false;
  return can_take(item, kFirstAstral + ((first - kFirstHigh) << 10),
                  kFirstAstral + ((last - kFirstHigh) << 10) + 0x3ff);
}

void Pushdown::take(const Item& item, char32_t c) {
  const Network::State& state = net_.states[item.state];
  if (state.is_counted) {
    // Without an upper bound, what is behind the lower one is all the same.
    const bool enough = state.max_chars == Network::kUnbounded && item.count >= state.min_chars;
    ready_.push_back({item.state, item.context, 0, enough ? item.count : item.count + 1});
    return;
  }
  for (const Network::CharEdge& edge : net_.chars_of(state)) {
    ++work_;
    if (net_.sets[edge.set].contains(c)) arrive(edge.to, item.context);
  }
}

void Pushdown::wait(const Item& item, std::uint32_t partial) {
  ready_.push_back({item.state, item.context, partial, item.count});
}

void Pushdown::advance(const Item& item, std::uint8_t byte) {
  ++work_;
  const std::uint32_t mode = item.partial >> kValueBits;
  if (mode != kNone) {
    if (mode <= kUtf8Four1) return advance_utf8(item, byte);
    if (mode <= kPairEscape && (mode == kEscape || mode >= kPair)) {
      return advance_escape(item, byte);
    }
    return advance_hex(item, byte);
  }
  const Network::State& state = net_.states[item.state];
  if (state.is_json_text) {
    if (byte == '"') {
      const bool enough = !state.is_counted || item.count >= state.min_chars;
      if (state.quote_to != kNoState && enough) arrive(state.quote_to, item.context);
      return;
    }
    if (byte < 0x20) return;
    if (byte == '\\') {
      if (can_take(item, 0, kMaxChar)) wait(item, pack(kEscape, 0));
      return;
    }
  }
  if (byte >= 0x80) return begin_utf8(item, byte);
  if (!state.is_counted || item.count < state.max_chars) take(item, byte);
}

void Pushdown::begin_utf8(const Item& item, std::uint8_t byte) {
  if (byte >= 0xc2 && byte <= 0xdf) {
    const std::uint32_t bits = byte & 0x1fU;
    if (can_take(item, bits << 6, (bits << 6) + 0x3f)) wait(item, pack(kUtf8Two1, bits));
  } else if (byte >= 0xe0 && byte <= 0xef) {
    const std::uint32_t bits = byte & 0x0fU;
    const char32_t low = bits == 0 ? 0x800 : bits << 12;
    if (can_take(item, low, (bits << 12) + 0xfff)) wait(item, pack(kUtf8Three2, bits));
  } else if (byte >= 0xf0 && byte <= 0xf4) {
    const std::uint32_t bits = byte & 0x07U;
    const char32_t low = bits == 0 ? kFirstAstral : bits << 18;
    const char32_t high = bits == 4 ? kMaxChar : (bits << 18) + 0x3ffff;
    if (can_take(item, low, high)) wait(item, pack(kUtf8Four3, bits));
  }
}

void Pushdown::advance_utf8(const Item& item, std::uint8_t byte) {
  if ((byte & 0xc0U) != 0x80) return;
  const std::uint32_t mode = item.partial >> kValueBits;
  const char32_t bits = ((item.partial & kValueMask) << 6) | (byte & 0x3fU);
  const std::uint32_t missing = missing_bytes(mode) - 1;
  const char32_t least = least_of(mode);
  const char32_t low = bits << (6 * missing);
  const char32_t high = low + (1U << (6 * missing)) - 1;
  if (high < least || low > kMaxChar) return;
  if (missing == 0) {
    if (bits < kFirstHigh || bits > kLastLow) take(item, bits);
    return;
  }
  const char32_t from = low < least ? least : low;
  if (can_take(item, from, high > kMaxChar ? kMaxChar : high)) wait(item, pack(mode + 1, bits));
}

void Pushdown::advance_escape(const Item& item, std::uint8_t byte) {
  const std::uint32_t mode = item.partial >> kValueBits;
  const std::uint32_t value = item.partial & kValueMask;
  if (mode == kPair) {
    if (byte == '\\') wait(item, pack(kPairEscape, value));
  } else if (mode == kPairEscape) {
    if (byte == 'u') wait(item, pack(kLow0, value << 12));
  } else if (byte == 'u') {
    wait(item, pack(kHex0, 0));
  } else if (const auto c = short_escape(byte)) {
    take(item, *c);
  }
}

void Pushdown::advance_hex(const Item& item, std::uint8_t byte) {
  const auto digit = hex_digit(byte);
  if (!digit) return;
  const std::uint32_t mode = item.partial >> kValueBits;
  const std::uint32_t value = item.partial & kValueMask;
  if (mode <= kHex3) {
    const std::uint32_t units = (value << 4) | *digit;
    const std::uint32_t missing = kHex3 - mode;
    const char32_t low = units << (4 * missing);
    const char32_t high = low + (1U << (4 * missing)) - 1;
    if (!can_take_units(item, low, high)) return;
    if (missing > 0) {
      wait(item, pack(mode + 1, units));
    } else if (units >= kFirstHigh && units <= kLastHigh) {
      wait(item, pack(kPair, units - kFirstHigh));
    } else {
      take(item, units);
    }
    return;
  }
  const std::uint32_t high_bits = value >> 12;
  const std::uint32_t units = ((value & 0xfffU) << 4) | *digit;
  const std::uint32_t missing = kLow3 - mode;
  char32_t low = units << (4 * missing);
  char32_t high = low + (1U << (4 * missing)) - 1;
  low = low < kFirstLow ? kFirstLow : low;
  high = high > kLastLow ? kLastLow : high;
  if (low > high) return;
  const char32_t base = kFirstAstral + (high_bits << 10);
  if (missing == 0) {
    take(item, base + (units - kFirstLow));
  } else if (can_take(item, base + (low - kFirstLow), base + (high - kFirstLow))) {
    wait(item, pack(mode + 1, (high_bits << 12) | units));
  }
}

}  // namespace inferlab::structured
