#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

/// Reads the hyper-parameters "ARCHITECTURE.KEY" of a file that may say anything. Borrows both.
class ConfigReader {
 public:
  /// Far above any model there is; low enough that products of two of them stay in 64 bits.
  static constexpr std::int64_t kMaxCount = 1 << 24;

  ConfigReader(const GgufFile& file, std::string_view architecture)
      : file_(file), architecture_(architecture) {}

  /// "llama.block_count" of "block_count".
  [[nodiscard]] std::string key(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return file_.has(key(name)); }
  [[nodiscard]] const GgufFile& file() const { return file_; }

  /// 1 to `most`.
  [[nodiscard]] Result<std::int32_t> count(std::string_view name,
                                           std::int64_t most = kMaxCount) const;
  [[nodiscard]] Result<std::int32_t> count_or(std::string_view name, std::int64_t fallback) const;
  /// `where` is a whole key or a tensor.
  [[nodiscard]] Error contradiction(std::string_view where, std::string_view why) const;

 private:
  [[nodiscard]] Result<std::int32_t> checked(std::string_view where, std::int64_t number,
                                             std::int64_t most) const;

  const GgufFile& file_;
  std::string_view architecture_;
};

/// general.name, printable, or else the file's own name.
std::string model_name(const GgufFile& file);

}  // namespace inferlab
