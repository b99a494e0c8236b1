#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace inferlab::sim {

/// The files of a commit: path ("apps/vllm/deployment.yaml") to text. The order of paths is Git's
/// own order of tree entries, for '/' comes before all that names are made of but '-' and '.',
/// which it comes after in both.
using GitTree = std::map<std::string, std::string, std::less<>>;

/// Ids of objects as Git names them: SHA-1 in hexadecimal, of plain files (mode 100644).
/// Source: Git documentation, "Pro Git", "Git Objects".
std::string git_blob_id(std::string_view text);
std::string git_tree_id(const GitTree& tree);

struct GitCommitText {
  std::string tree;    // its id
  std::string parent;  // id; empty: the first commit
  std::string author;  // "Name <mail>", who commits it too
  std::int64_t unix_seconds = 0;
  std::string message;
};
std::string git_commit_id(const GitCommitText& commit);

}  // namespace inferlab::sim
