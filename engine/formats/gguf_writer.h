#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

/// Puts a GGUF file together: metadata and tensors in the order in which they were added.
/// Keys and names must be new and not empty; the reader refuses the file otherwise.
class GgufWriter {
 public:
  explicit GgufWriter(std::uint32_t version = 3, std::uint32_t alignment = 32);

  void add(std::string_view key, std::string_view text);
  void add(std::string_view key, const char* text) { add(key, std::string_view(text)); }
  void add(std::string_view key, std::uint32_t number);
  void add(std::string_view key, std::uint64_t number);
  void add(std::string_view key, std::int32_t number);
  void add(std::string_view key, float number);
  void add(std::string_view key, bool flag);
  void add(std::string_view key, std::span<const std::string> texts);
  void add(std::string_view key, std::span<const float> numbers);
  void add(std::string_view key, std::span<const std::int32_t> numbers);
  void add(std::string_view key, std::span<const std::uint8_t> bytes);
  /// An entry of another file, as it is there.
  void add(const GgufValue& value);

  /// `shape` has the fastest dimension first. Checks: the product is values.size(), rows are whole
  /// blocks of `type`.
  void add_tensor(std::string_view name, std::span<const std::int64_t> shape, TensorType type,
                  std::span<const float> values);
  /// The same, row by row: `read_row` fills the row of that index, shape[0] values.
  using ReadRow = std::function<void(std::int64_t row, std::span<float> out)>;
  void add_tensor(std::string_view name, std::span<const std::int64_t> shape, TensorType type,
                  const ReadRow& read_row);

  /// The bytes of rows [first, first + count), appended to `out`.
  using ReadRows =
      std::function<void(std::int64_t first, std::int64_t count, std::vector<std::byte>& out)>;
  /// The same, when the file is written, a piece at a time: only the piece is ever in memory. What
  /// `read_rows` reads must live until then.
  void add_tensor_later(std::string_view name, std::span<const std::int64_t> shape, TensorType type,
                        ReadRows read_rows);

  [[nodiscard]] std::vector<std::byte> bytes() const;

  struct SaveOptions {
    bool overwrite = true;  ///< else kConflict when `path` is there
    /// Hears of how many bytes so many are written; false gives up, with kUnavailable.
    std::function<bool(std::uint64_t done, std::uint64_t of)> progress = {};
    /// Looks at the whole file, still under another name, before it comes to its place.
    std::function<Result<void>(const std::string& path)> check = {};
  };
  /// Writes bytes() to a new file beside `path` and moves it there, so that nobody sees half a
  /// file.
  [[nodiscard]] Result<void> save(const std::string& path, const SaveOptions& options) const;
  [[nodiscard]] Result<void> save(const std::string& path) const { return save(path, {}); }

 private:
  struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    TensorType type;
    std::uint64_t offset;  // from the start of the data
    std::uint64_t bytes;
    std::vector<std::byte> data;  // empty when `read_rows` has it
    ReadRows read_rows;
  };
  using Visit = std::function<Result<void>(std::span<const std::byte>)>;
  void entry(std::string_view key, GgufType type);
  Tensor& new_tensor(std::string_view name, std::span<const std::int64_t> shape, TensorType type);
  [[nodiscard]] std::vector<std::byte> header() const;  // all before the data
  [[nodiscard]] Result<void> each_piece(const Visit& visit) const;
  [[nodiscard]] Result<void> each_piece_of(const Tensor& tensor, const Visit& visit) const;

  std::uint32_t version_;
  std::uint32_t alignment_;
  std::uint64_t num_values_ = 0;
  std::vector<std::byte> values_;  // encoded metadata
  std::vector<Tensor> tensors_;
  std::uint64_t data_bytes_ = 0;  // of all tensors, each padded to the alignment
};

}  // namespace inferlab
