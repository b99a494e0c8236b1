#include <fmt/format.h>

#include <filesystem>

#include "labs/bench/engine/engine_cases.h"
#include "labs/spec/data_dirs.h"

namespace inferlab::labs {

Result<std::string> engine_file_path(const EngineFile& file) {
  INFERLAB_TRY(const std::string folder, user_cache_dir());
  const std::filesystem::path path =
      std::filesystem::path(folder) / "bench" / fmt::format("{}.gguf", file.name);
  std::error_code error;
  if (std::filesystem::exists(path, error)) return path.string();
  std::filesystem::create_directories(path.parent_path(), error);
  INFERLAB_TRY_VOID(random_model(file.shape).save(path.string()));
  return path.string();
}

}  // namespace inferlab::labs
