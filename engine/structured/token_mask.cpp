#include "engine/structured/token_mask.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace inferlab::structured {
namespace {

void allow(std::span<std::uint32_t> mask, TokenId id) {
  mask[static_cast<std::size_t>(id) / 32] |= 1U << (static_cast<unsigned>(id) % 32);
}

}  // namespace

bool decide_all(Pushdown& pushdown, ConfigId config, const TokenTrie& trie, std::uint64_t max_work,
                TokenMask& mask) {
  mask.allowed.assign(trie.num_words(), 0);
  mask.undecided.clear();
  struct Place {
    ConfigId config;
    bool escaped;  // whether on the way here the end of an unknown rule was passed
  };
  std::vector<Place> path(trie.longest_bytes() + 1, Place{Pushdown::kDead, false});
  path[0] = {config, false};
  const auto nodes = trie.nodes();
  const auto sorted = trie.sorted();
  for (std::size_t i = 0; i + 1 < nodes.size();) {
    const TokenTrie::Node& node = nodes[i];
    const Place& before = path[node.depth - 1U];
    const ConfigId to = pushdown.step(before.config, node.byte);
    const bool escapes = pushdown.escaped(to);
    const bool goes_on = pushdown.goes_on(to);
    const std::uint32_t next_token = nodes[i + 1].first_token;
    // Where the unknown rule ends with the token's last byte, whatever follows will do.
    if (goes_on || escapes || pushdown.accepts(to)) {
      for (std::uint32_t t = node.first_token; t < next_token; ++t) allow(mask.allowed, sorted[t]);
    } else if (before.escaped) {
      for (std::uint32_t t = node.first_token; t < next_token; ++t) mask.undecided.push_back(t);
    }
    const bool escaped = before.escaped || escapes;
    if (goes_on) {
      path[node.depth] = {to, escaped};
      ++i;
      if (pushdown.work() > max_work) return false;
      continue;
    }
    if (escaped) {
      const std::uint32_t end = nodes[node.end].first_token;
      for (std::uint32_t t = next_token; t < end; ++t) mask.undecided.push_back(t);
    }
    i = node.end;
  }
  mask.undecided.shrink_to_fit();
  return true;
}

bool decide_rest(Pushdown& pushdown, ConfigId config, const TokenTrie& trie, std::uint64_t max_work,
                 const std::vector<std::uint32_t>& tokens, std::vector<std::uint32_t>& undecided,
                 std::span<std::uint32_t> allowed) {
  struct Place {
    ConfigId config;
    bool escaped;
  };
  std::vector<Place> path = {{config, false}};  // behind the bytes of `previous` that were tried
  std::string_view previous;
  for (const std::uint32_t token : tokens) {
    const TokenId id = trie.sorted()[token];
    const std::string_view bytes = trie.bytes(id);
    const auto differs = std::ranges::mismatch(bytes, previous).in1;
    const auto shared = static_cast<std::size_t>(differs - bytes.begin());
    path.resize(std::min(path.size(), shared + 1), Place{});
    previous = bytes;
    while (path.size() <= bytes.size() && pushdown.goes_on(path.back().config)) {
      const auto byte = static_cast<std::uint8_t>(bytes[path.size() - 1]);
      const ConfigId to = pushdown.step(path.back().config, byte);
      path.push_back({to, path.back().escaped || pushdown.escaped(to)});
    }
    if (pushdown.work() > max_work) return false;
    const Place& last = path.back();
    const bool whole = path.size() == bytes.size() + 1;
    const bool ends_well = pushdown.goes_on(last.config) || pushdown.escaped(last.config) ||
                           pushdown.accepts(last.config);
    if (whole && ends_well) {
      allow(allowed, id);
    } else if (last.escaped) {
      undecided.push_back(token);
    }
  }
  return true;
}

std::size_t MaskCache::Hash::operator()(const std::vector<std::uint64_t>& key) const {
  std::uint64_t hash = key.size();
  for (const std::uint64_t word : key) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

std::shared_ptr<const TokenMask> MaskCache::find(const std::vector<std::uint64_t>& key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = masks_.find(key);
  return found == masks_.end() ? nullptr : found->second;
}

void MaskCache::insert(const std::vector<std::uint64_t>& key,
                       std::shared_ptr<const TokenMask> mask) {
  const std::size_t bytes = mask->memory_bytes() + key.size() * sizeof(key[0]) + 64;
  const std::scoped_lock lock(mutex_);
  if (bytes > max_bytes_) return;
  if (bytes_ + bytes > max_bytes_) {
    masks_.clear();
    bytes_ = 0;
  }
  if (masks_.emplace(key, std::move(mask)).second) bytes_ += bytes;
}

std::size_t MaskCache::memory_bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

}  // namespace inferlab::structured
