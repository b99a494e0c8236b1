#include "tests/labs/temp_dir.h"

#include <cstdlib>

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "inferlab-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
