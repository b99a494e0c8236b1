#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

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
  // Under another name until it is whole.
  const std::string part = path.string() + ".part";
  const std::vector<std::byte> bytes = random_model_bytes(file.shape);
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
    out.close();
    if (!out) {
      std::filesystem::remove(part, error);
      return Error{ErrorKind::kUnavailable, path.string() + ": cannot be written",
                   fmt::format("it takes {} MB", bytes.size() / 1'000'000)};
    }
  }
  std::filesystem::rename(part, path, error);
  if (error) return Error{ErrorKind::kUnavailable, path.string() + ": cannot be written"};
  return path.string();
}

}  // namespace inferlab::labs
