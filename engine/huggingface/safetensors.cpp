#include "engine/huggingface/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

#include "engine/base/printable.h"
#include "engine/formats/mapped_file.h"
#include "engine/huggingface/safetensors_header.h"

namespace inferlab::huggingface {
namespace {

static_assert(std::endian::native == std::endian::little, "data are used where they are mapped");

constexpr std::uint64_t kLengthBytes = 8;
// The reference implementation's MAX_HEADER_SIZE.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::string_view kTruncated = "the download is incomplete or the file is damaged";

template <typename... Args>
Error invalid(const std::string& file, fmt::format_string<Args...> format, Args&&... args) {
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: {}", file, fmt::format(format, std::forward<Args>(args)...)),
               std::string(kTruncated)};
}

std::string tensor_place(const HeaderEntry& entry) {
  return "tensor " + printable(entry.name);
}

/// What type and shape ask for.
Result<std::uint64_t> data_bytes(const HeaderEntry& entry, const std::string& file) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t bits = static_cast<std::uint64_t>(entry.element_bits);
  bool fits = true;
  for (const std::uint64_t length : entry.shape) {
    // Also where another dimension is 0: a length of its own must be one that can be counted with.
    fits = fits && length <= kMost && (length == 0 || bits <= kMost / length);
    if (!fits) break;
    bits *= length;
  }
  if (!fits) {
    return invalid(file, "{}: its dimensions multiply to more than 2^63 bits", tensor_place(entry));
  }
  if (bits % 8 != 0) return invalid(file, "{}: its data end within a byte", tensor_place(entry));
  return bits / 8;
}

/// The format has no two tensors on the same bytes and no byte without a tensor: a file that has
/// could be read as two different ones.
Result<void> check_places(const std::vector<HeaderEntry>& entries, std::uint64_t all_bytes,
                          const std::string& file) {
  std::vector<std::uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {},
                    [&](std::uint32_t i) { return std::pair(entries[i].begin, entries[i].end); });
  std::uint64_t covered = 0;
  const HeaderEntry* before = nullptr;
  for (const std::uint32_t i : order) {
    const HeaderEntry& entry = entries[i];
    if (entry.begin < covered) {
      return invalid(file, "tensors {} and {}: their data overlap", printable(before->name),
                     printable(entry.name));
    }
    if (entry.begin > covered) {
      return invalid(file, "{}: its data begin at byte {}: bytes from {} on belong to no tensor",
                     tensor_place(entry), entry.begin, covered);
    }
    INFERLAB_TRY(const std::uint64_t needed, data_bytes(entry, file));
    if (entry.end < entry.begin || entry.end - entry.begin != needed) {
      return invalid(file, "{}: data_offsets are {} and {}, its type and shape ask for {} bytes",
                     tensor_place(entry), entry.begin, entry.end, needed);
    }
    if (entry.end > all_bytes) {
      return invalid(file, "{}: its data end at byte {}, the file has {}", tensor_place(entry),
                     entry.end, all_bytes);
    }
    covered = entry.end;
    before = &entry;
  }
  if (covered == all_bytes) return {};
  return invalid(file, "data: {} bytes behind the last tensor belong to none", all_bytes - covered);
}

Result<std::span<const std::byte>> header_bytes(std::span<const std::byte> bytes,
                                                const std::string& file) {
  if (bytes.size() < kLengthBytes) {
    return invalid(file, "is no safetensors file: it has {} bytes", bytes.size());
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kMaxHeaderBytes) {
    return invalid(file, "header: its length is {}, more than the format's {} bytes", length,
                   kMaxHeaderBytes);
  }
  if (length > bytes.size() - kLengthBytes) {
    return invalid(file, "header: ends at byte {}, the file has {}", kLengthBytes + length,
                   bytes.size());
  }
  return bytes.subspan(kLengthBytes, length);
}

}  // namespace

std::optional<TensorType> SafetensorsTensor::type() const {
  if (dtype == "F32") return TensorType::kF32;
  if (dtype == "F16") return TensorType::kF16;
  if (dtype == "BF16") return TensorType::kBF16;
  return std::nullopt;
}

Result<SafetensorsFile> SafetensorsFile::open(const std::string& path) {
  INFERLAB_TRY(MappedFile mapped, MappedFile::open(path));
  const auto owner = std::make_shared<const MappedFile>(std::move(mapped));
  INFERLAB_TRY(SafetensorsFile file, parse(owner->bytes(), path));
  file.owner_ = owner;
  return file;
}

Result<SafetensorsFile> SafetensorsFile::parse(std::vector<std::byte> bytes,
                                               const std::string& name) {
  const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  INFERLAB_TRY(SafetensorsFile file, parse(std::span(*owner), name));
  file.owner_ = owner;
  return file;
}

Result<SafetensorsFile> SafetensorsFile::parse(std::span<const std::byte> bytes,
                                               const std::string& name) {
  INFERLAB_TRY(const std::span<const std::byte> header, header_bytes(bytes, name));
  const std::string_view json(reinterpret_cast<const char*>(header.data()), header.size());
  INFERLAB_TRY(std::vector<HeaderEntry> entries, read_header(json, name));
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + header.size());
  INFERLAB_TRY_VOID(check_places(entries, data.size(), name));
  std::ranges::sort(entries, {}, &HeaderEntry::name);
  const auto twice = std::ranges::adjacent_find(entries, {}, &HeaderEntry::name);
  if (twice != entries.end()) return invalid(name, "{} is there twice", tensor_place(*twice));
  SafetensorsFile file;
  file.name_ = name;
  file.size_bytes_ = std::ssize(bytes);
  file.tensors_.reserve(entries.size());
  for (HeaderEntry& entry : entries) {
    file.tensors_.push_back({.name = std::move(entry.name),
                             .dtype = entry.dtype,
                             .shape = {entry.shape.begin(), entry.shape.end()},
                             .data = data.subspan(entry.begin, entry.end - entry.begin)});
  }
  return file;
}

const SafetensorsTensor* SafetensorsFile::find(std::string_view tensor_name) const {
  const auto found = std::ranges::lower_bound(
      tensors_, tensor_name, {},
      [](const SafetensorsTensor& each) -> std::string_view { return each.name; });
  return found == tensors_.end() || found->name != tensor_name ? nullptr : &*found;
}

}  // namespace inferlab::huggingface
