#include "labs/session/temp_folder.h"

#include <stdlib.h>  // NOLINT: mkdtemp() is POSIX

#include <filesystem>
#include <system_error>

namespace inferlab::labs {

TempFolder::TempFolder() {
  std::error_code failed;
  std::string pattern = (std::filesystem::temp_directory_path(failed) / "inferlab-XXXXXX").string();
  if (!failed && ::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace inferlab::labs
