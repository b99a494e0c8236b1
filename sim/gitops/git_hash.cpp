#include "sim/gitops/git_hash.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace inferlab::sim {
namespace {

using Digest = std::array<unsigned char, SHA_DIGEST_LENGTH>;

Digest digest_of(std::string_view type, std::string_view content) {
  const std::string object = fmt::format("{} {}{}{}", type, content.size(), '\0', content);
  Digest out{};
  SHA1(reinterpret_cast<const unsigned char*>(object.data()), object.size(), out.data());
  return out;
}

std::string hex(const Digest& digest) {
  std::string out;
  for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

// Of the files from `at` to `end`, whose paths all begin with the same `prefix` bytes.
Digest tree_digest(GitTree::const_iterator at, GitTree::const_iterator end, std::size_t prefix) {
  std::string content;
  while (at != end) {
    const std::string_view rest = std::string_view(at->first).substr(prefix);
    const std::size_t slash = rest.find('/');
    const std::string name(rest.substr(0, slash));
    Digest digest{};
    if (slash == std::string_view::npos) {
      digest = digest_of("blob", at->second);
      content += "100644 " + name;
      ++at;
    } else {
      const std::string folder = at->first.substr(0, prefix + slash + 1);
      GitTree::const_iterator last = at;
      while (last != end && last->first.starts_with(folder)) ++last;
      digest = tree_digest(at, last, folder.size());
      content += "40000 " + name;
      at = last;
    }
    content += '\0';
    content.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  }
  return digest_of("tree", content);
}

}  // namespace

std::string git_blob_id(std::string_view text) {
  return hex(digest_of("blob", text));
}

std::string git_tree_id(const GitTree& tree) {
  return hex(tree_digest(tree.begin(), tree.end(), 0));
}

std::string git_commit_id(const GitCommitText& commit) {
  std::string text = fmt::format("tree {}\n", commit.tree);
  if (!commit.parent.empty()) text += fmt::format("parent {}\n", commit.parent);
  const std::string who = fmt::format("{} {} +0000", commit.author, commit.unix_seconds);
  text += fmt::format("author {}\ncommitter {}\n\n{}\n", who, who, commit.message);
  return hex(digest_of("commit", text));
}

}  // namespace inferlab::sim
