#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs {

struct TreeLimits {
  std::size_t max_files = 200;
  std::size_t max_file_bytes = std::size_t{1} << 20;
  std::size_t max_total_bytes = std::size_t{4} << 20;
  std::size_t max_entries = 2000;
  int max_depth = 10;  // folders in each other
};

struct TreeFile {
  std::string path;  // below the folder, "apps/vllm/deployment.yaml"
  std::string text;  // UTF-8
};

/// All regular files of a folder and of those in it, by path; a folder .git is left out. A link, a
/// file that is no text in UTF-8, and more than the limits allow are refused: kInvalid, kNotFound
/// or kUnavailable, "PATH: WHY", where paths are those below `folder` with `shown` before them.
Result<std::vector<TreeFile>> read_tree(const std::string& folder, const std::string& shown,
                                        const TreeLimits& limits = {});

}  // namespace inferlab::labs
