#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace inferlab {

/// The run hash: equal runs give equal digests on any machine. Not for secrets and not against an
/// adversary. Two 64-bit FNV-1a-like lanes with a final mix; sensitive to order and to boundaries
/// (each add() also takes the length in).
class RunHash {
 public:
  void add(std::string_view bytes);
  void add(std::uint64_t number) {
    low_ = (low_ ^ number) * 0x100000001b3ULL;
    high_ = mix(std::rotl(high_, 23) + number);
  }
  [[nodiscard]] std::uint64_t digest() const;
  /// The digest as 16 hexadecimal digits.
  [[nodiscard]] std::string hex() const;

 private:
  /// The finaliser of MurmurHash3.
  static constexpr std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    return x ^ (x >> 33);
  }

  std::uint64_t low_ = 0xcbf29ce484222325ULL;
  std::uint64_t high_ = 0x9e3779b97f4a7c15ULL;
};

/// One-shot: the digest of one string.
std::uint64_t hash_of(std::string_view bytes);

}  // namespace inferlab
