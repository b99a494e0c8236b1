#include "engine/base/hash.h"

#include <fmt/format.h>

namespace inferlab {

void RunHash::add(std::string_view bytes) {
  add(static_cast<std::uint64_t>(bytes.size()));
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = bytes.size() < 8 ? bytes.size() : 8;
    for (std::size_t i = 0; i < count; ++i) {  // little endian by hand: the same on any machine
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    add(word);
    bytes.remove_prefix(count);
  }
}

std::uint64_t RunHash::digest() const {
  return mix(low_ ^ std::rotl(high_, 32)) ^ high_;
}

std::string RunHash::hex() const {
  return fmt::format("{:016x}", digest());
}

std::uint64_t hash_of(std::string_view bytes) {
  RunHash hash;
  hash.add(bytes);
  return hash.digest();
}

}  // namespace inferlab
