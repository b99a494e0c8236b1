#include "engine/formats/gguf_writer.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/formats/new_file.h"
#include "engine/formats/quantize.h"

namespace inferlab {
namespace {

template <typename T>
void append(std::vector<std::byte>& to, const T& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_text(std::vector<std::byte>& to, std::string_view text) {
  append(to, std::uint64_t{text.size()});
  const auto bytes = std::as_bytes(std::span(text));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

template <typename T>
void append_array(std::vector<std::byte>& to, GgufType type, std::span<const T> values) {
  append(to, static_cast<std::uint32_t>(type));
  append(to, std::uint64_t{values.size()});
  const auto bytes = std::as_bytes(values);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

std::uint64_t padded(std::uint64_t bytes, std::uint32_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace

GgufWriter::GgufWriter(std::uint32_t version, std::uint32_t alignment)
    : version_(version), alignment_(alignment) {
  INFERLAB_CHECK(version == 2 || version == 3);
  if (alignment != 32) add("general.alignment", alignment);
}

void GgufWriter::entry(std::string_view key, GgufType type) {
  append_text(values_, key);
  append(values_, static_cast<std::uint32_t>(type));
  ++num_values_;
}

void GgufWriter::add(std::string_view key, std::string_view text) {
  entry(key, GgufType::kString);
  append_text(values_, text);
}
void GgufWriter::add(std::string_view key, std::uint32_t number) {
  entry(key, GgufType::kUint32);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, std::uint64_t number) {
  entry(key, GgufType::kUint64);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, std::int32_t number) {
  entry(key, GgufType::kInt32);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, float number) {
  entry(key, GgufType::kFloat32);
  append(values_, number);
}
void GgufWriter::add(std::string_view key, bool flag) {
  entry(key, GgufType::kBool);
  append(values_, static_cast<std::uint8_t>(flag ? 1 : 0));
}
void GgufWriter::add(std::string_view key, std::span<const std::string> texts) {
  entry(key, GgufType::kArray);
  append(values_, static_cast<std::uint32_t>(GgufType::kString));
  append(values_, std::uint64_t{texts.size()});
  for (const std::string& text : texts) append_text(values_, text);
}
void GgufWriter::add(std::string_view key, std::span<const float> numbers) {
  entry(key, GgufType::kArray);
  append_array(values_, GgufType::kFloat32, numbers);
}
void GgufWriter::add(std::string_view key, std::span<const std::int32_t> numbers) {
  entry(key, GgufType::kArray);
  append_array(values_, GgufType::kInt32, numbers);
}
void GgufWriter::add(std::string_view key, std::span<const std::uint8_t> bytes) {
  entry(key, GgufType::kArray);
  append_array(values_, GgufType::kUint8, bytes);
}

void GgufWriter::add(const GgufValue& value) {
  entry(value.key, value.is_array ? GgufType::kArray : value.type);
  if (value.is_array) {
    append(values_, static_cast<std::uint32_t>(value.type));
    append(values_, value.count);
  } else if (value.type == GgufType::kString) {
    append(values_, std::uint64_t{value.data.size()});
  }
  values_.insert(values_.end(), value.data.begin(), value.data.end());
}

void GgufWriter::add_tensor(std::string_view name, std::span<const std::int64_t> shape,
                            TensorType type, std::span<const float> values) {
  INFERLAB_CHECK(!shape.empty());
  std::int64_t elements = 1;
  for (const std::int64_t length : shape) elements *= length;
  INFERLAB_CHECK(elements == static_cast<std::int64_t>(values.size()));
  const auto columns = static_cast<std::size_t>(shape[0]);
  add_tensor(name, shape, type, [&](std::int64_t row, std::span<float> out) {
    std::ranges::copy(values.subspan(static_cast<std::size_t>(row) * columns, columns),
                      out.begin());
  });
}

GgufWriter::Tensor& GgufWriter::new_tensor(std::string_view name,
                                           std::span<const std::int64_t> shape, TensorType type) {
  const TensorBlock block = tensor_block(type);
  INFERLAB_CHECK(!shape.empty());
  INFERLAB_CHECK(shape[0] % block.elements == 0);
  std::int64_t bytes = shape[0] / block.elements * block.bytes;
  for (const std::int64_t length : shape.subspan(1)) bytes *= length;
  tensors_.push_back({.name = std::string(name),
                      .shape = {shape.begin(), shape.end()},
                      .type = type,
                      .offset = data_bytes_,
                      .bytes = static_cast<std::uint64_t>(bytes),
                      .data = {},
                      .read_rows = {}});
  data_bytes_ = padded(data_bytes_ + tensors_.back().bytes, alignment_);
  return tensors_.back();
}

void GgufWriter::add_tensor(std::string_view name, std::span<const std::int64_t> shape,
                            TensorType type, const ReadRow& read_row) {
  Tensor& tensor = new_tensor(name, shape, type);
  std::int64_t rows = 1;
  for (const std::int64_t length : shape.subspan(1)) rows *= length;
  std::vector<float> values(static_cast<std::size_t>(shape[0]));
  for (std::int64_t row = 0; row < rows; ++row) {
    read_row(row, values);
    encode_elements(type, values, tensor.data);
  }
}

void GgufWriter::add_tensor_later(std::string_view name, std::span<const std::int64_t> shape,
                                  TensorType type, ReadRows read_rows) {
  new_tensor(name, shape, type).read_rows = std::move(read_rows);
}

std::vector<std::byte> GgufWriter::header() const {
  std::vector<std::byte> result;
  append(result, std::uint32_t{0x46554747});
  append(result, version_);
  append(result, std::uint64_t{tensors_.size()});
  append(result, num_values_);
  result.insert(result.end(), values_.begin(), values_.end());
  for (const Tensor& tensor : tensors_) {
    append_text(result, tensor.name);
    append(result, static_cast<std::uint32_t>(tensor.shape.size()));
    for (const std::int64_t length : tensor.shape) append(result, length);
    append(result, static_cast<std::uint32_t>(tensor.type));
    append(result, tensor.offset);
  }
  result.resize(padded(result.size(), alignment_));
  return result;
}

Result<void> GgufWriter::each_piece(const Visit& visit) const {
  INFERLAB_TRY_VOID(visit(header()));
  for (const Tensor& tensor : tensors_) {
    INFERLAB_TRY_VOID(each_piece_of(tensor, visit));
    const std::vector<std::byte> zeros(
        static_cast<std::size_t>(padded(tensor.bytes, alignment_) - tensor.bytes));
    INFERLAB_TRY_VOID(visit(zeros));
  }
  return {};
}

Result<void> GgufWriter::each_piece_of(const Tensor& tensor, const Visit& visit) const {
  if (!tensor.read_rows) return visit(tensor.data);
  std::int64_t rows = 1;
  for (std::size_t d = 1; d < tensor.shape.size(); ++d) rows *= tensor.shape[d];
  // As floats, which is what a row is decoded to on its way.
  constexpr std::int64_t kPieceElements = 1 << 20;
  const std::int64_t rows_of_piece = std::max<std::int64_t>(1, kPieceElements / tensor.shape[0]);
  std::vector<std::byte> piece;
  std::uint64_t bytes = 0;
  for (std::int64_t first = 0; first < rows; first += rows_of_piece) {
    piece.clear();
    tensor.read_rows(first, std::min(rows_of_piece, rows - first), piece);
    bytes += piece.size();
    INFERLAB_TRY_VOID(visit(piece));
  }
  INFERLAB_CHECK(bytes == tensor.bytes);
  return {};
}

std::vector<std::byte> GgufWriter::bytes() const {
  std::vector<std::byte> result;
  const Result<void> done = each_piece([&result](std::span<const std::byte> piece) {
    result.insert(result.end(), piece.begin(), piece.end());
    return Result<void>();
  });
  INFERLAB_CHECK(done.has_value());
  return result;
}

Result<void> GgufWriter::save(const std::string& path, const SaveOptions& options) const {
  INFERLAB_TRY(NewFile file, NewFile::create(path, options.overwrite));
  const std::uint64_t total = header().size() + data_bytes_;
  std::uint64_t done = 0;
  const auto write = [&](std::span<const std::byte> piece) -> Result<void> {
    INFERLAB_TRY_VOID(file.write(piece));
    done += piece.size();
    if (!options.progress || options.progress(done, total)) return {};
    return Error{ErrorKind::kUnavailable, path + ": was stopped before it was written"};
  };
  INFERLAB_TRY_VOID(each_piece(write));
  if (options.check) INFERLAB_TRY_VOID(options.check(file.temporary_path()));
  return file.commit();
}

}  // namespace inferlab
