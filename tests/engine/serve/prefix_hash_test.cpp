#include "engine/serve/prefix_hash.h"

#include <catch2/catch.hpp>
#include <set>

namespace inferlab {
namespace {

std::vector<BlockHash> hashes(const std::vector<TokenId>& tokens, const std::string& salt = {},
                              std::int32_t block_size = 4) {
  std::vector<BlockHash> result;
  PrefixHash(block_size, salt).extend(result, tokens);
  return result;
}

}  // namespace

TEST_CASE("PrefixHash: full blocks only, and each depends on all before it") {
  const std::vector<TokenId> tokens = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<BlockHash> whole = hashes(tokens);
  REQUIRE(whole.size() == 2);
  CHECK(hashes({1, 2, 3}).empty());
  CHECK(hashes({1, 2, 3, 4})[0] == whole[0]);
  CHECK(hashes({1, 2, 3, 4, 5, 6, 7, 0})[0] == whole[0]);
  CHECK(hashes({1, 2, 3, 4, 5, 6, 7, 0})[1] != whole[1]);
  CHECK(hashes({0, 2, 3, 4, 5, 6, 7, 8})[1] != whole[1]);
  CHECK(hashes({5, 6, 7, 8})[0] != whole[1]);
}

TEST_CASE("PrefixHash: tokens that come later give what the whole gives") {
  const std::vector<TokenId> tokens = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const PrefixHash prefix_hash(4, "");
  std::vector<BlockHash> grown;
  for (std::size_t size = 0; size <= tokens.size(); ++size) {
    prefix_hash.extend(grown, std::span(tokens).first(size));
    CHECK(grown.size() == size / 4);
  }
  CHECK(grown == hashes(tokens));
}

TEST_CASE("PrefixHash: who has another adapter shares nothing, whatever the salts spell") {
  const std::vector<TokenId> tokens = {1, 2, 3, 4};
  std::set<BlockHash> all;
  for (const LoraId lora : {0, 1, 2}) {
    for (const char* salt : {"", "1", "2"}) {
      std::vector<BlockHash> result;
      PrefixHash(4, salt, lora).extend(result, tokens);
      all.insert(result[0]);
    }
  }
  CHECK(all.size() == 9);
}

TEST_CASE("PrefixHash: who has another salt shares nothing") {
  const std::vector<TokenId> tokens = {1, 2, 3, 4};
  const std::set<BlockHash> all = {hashes(tokens)[0], hashes(tokens, "a")[0],
                                   hashes(tokens, "b")[0]};
  CHECK(all.size() == 3);
}

}  // namespace inferlab
