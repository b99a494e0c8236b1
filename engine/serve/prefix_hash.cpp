#include "engine/serve/prefix_hash.h"

#include <openssl/sha.h>

#include <cstring>
#include <utility>

namespace inferlab {
namespace {

void append(std::string& bytes, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(number >> shift & 0xff);
}

}  // namespace

PrefixHash::PrefixHash(std::int32_t block_size, std::string salt, LoraId lora)
    : block_size_(block_size), salt_(std::move(salt)), lora_(lora) {}

void PrefixHash::extend(std::vector<BlockHash>& hashes, std::span<const TokenId> tokens) const {
  std::string bytes;
  const auto size = static_cast<std::size_t>(block_size_);
  while ((hashes.size() + 1) * size <= tokens.size()) {
    // Lengths first or fixed, so that no two inputs spell the same bytes.
    bytes.clear();
    const BlockHash before = hashes.empty() ? BlockHash{} : hashes.back();
    append(bytes, hashes.size());
    append(bytes, before[0]);
    append(bytes, before[1]);
    for (const TokenId token : tokens.subspan(hashes.size() * size, size)) {
      append(bytes, static_cast<std::uint64_t>(token));
    }
    append(bytes, static_cast<std::uint64_t>(lora_));
    bytes += salt_;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    BlockHash hash;
    static_assert(sizeof hash <= sizeof digest);
    std::memcpy(hash.data(), digest, sizeof hash);
    hashes.push_back(hash);
  }
}

}  // namespace inferlab
