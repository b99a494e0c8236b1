#include "engine/formats/gguf_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>

#include "engine/base/printable.h"
#include "engine/formats/gguf_reader.h"

namespace inferlab {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF data is used where it is mapped");

constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr std::uint64_t kMaxNameBytes = 65535;
constexpr std::uint32_t kMaxDimensions = 4;  // ggml's GGML_MAX_DIMS
constexpr std::int64_t kDefaultAlignment = 32;
constexpr std::int64_t kMaxAlignment = 1 << 20;
// The least that one entry takes in the file: lengths, type and the smallest value; name length,
// number of dimensions, one dimension, type and offset.
constexpr std::uint64_t kMinValueBytes = 8 + 4 + 1;
constexpr std::uint64_t kMinTensorBytes = 8 + 4 + 8 + 4 + 8;

constexpr std::string_view kTruncated = "the download is incomplete or the file is damaged";

class HeaderParser {
 public:
  HeaderParser(std::span<const std::byte> bytes, const std::string& name)
      : name_(name), size_(bytes.size()), bytes_(bytes), reader_(bytes) {}

  Result<GgufHeader> run() {
    INFERLAB_TRY_VOID(preamble());
    for (std::uint64_t i = 0; i < num_values_; ++i) INFERLAB_TRY_VOID(value(i));
    for (std::uint64_t i = 0; i < num_tensors_; ++i) INFERLAB_TRY_VOID(tensor(i));
    INFERLAB_TRY_VOID(place_tensors());
    return std::move(header_);
  }

 private:
  template <typename... Args>
  Error invalid(std::string_view hint, fmt::format_string<Args...> format, Args&&... args) const {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: {}", name_, fmt::format(format, std::forward<Args>(args)...)),
                 std::string(hint)};
  }
  Error truncated(std::string_view what) const {
    return invalid(kTruncated, "{}: the file ends at byte {}, within it", what, size_);
  }

  Result<void> preamble() {
    const auto magic = reader_.number<std::uint32_t>();
    if (!magic) return truncated("magic number");
    if (*magic != kMagic) return invalid("give a .gguf file", "is not a GGUF file");
    const auto version = reader_.number<std::uint32_t>();
    if (!version) return truncated("version");
    if (*version == 1) {
      return invalid("convert the model again with a current tool", "version: 1 is too old");
    }
    if (*version != 2 && *version != 3) {
      return invalid("big-endian files are not supported", "version: is {}, need 2 or 3", *version);
    }
    header_.version = *version;
    const auto num_tensors = reader_.number<std::uint64_t>();
    const auto num_values = reader_.number<std::uint64_t>();
    if (!num_tensors || !num_values) return truncated("counts");
    if (*num_values > reader_.remaining() / kMinValueBytes) {
      return invalid(kTruncated, "metadata: {} entries do not fit in {} bytes", *num_values, size_);
    }
    if (*num_tensors > reader_.remaining() / kMinTensorBytes) {
      return invalid(kTruncated, "tensors: {} do not fit in {} bytes", *num_tensors, size_);
    }
    num_tensors_ = *num_tensors;
    num_values_ = *num_values;
    return {};
  }

  Result<void> value(std::uint64_t index) {
    const auto key = reader_.text();
    if (!key) return truncated(fmt::format("key of metadata entry {}", index));
    if (key->empty() || key->size() > kMaxNameBytes) {
      return invalid("", "key of metadata entry {}: has {} bytes", index, key->size());
    }
    INFERLAB_TRY(GgufType type, value_type(*key));
    GgufValue entry{.key = *key, .type = type, .is_array = false, .count = 1, .data = {}};
    if (type == GgufType::kArray) {
      entry.is_array = true;
      INFERLAB_TRY(entry.type, value_type(*key));
      if (entry.type == GgufType::kArray) {
        return invalid("", "{}: arrays of arrays are not supported", printable(*key));
      }
      const auto count = reader_.number<std::uint64_t>();
      if (!count) return truncated(printable(*key));
      entry.count = *count;
    }
    INFERLAB_TRY(entry.data, value_data(entry));
    header_.values.push_back(entry);
    return {};
  }

  Result<GgufType> value_type(std::string_view key) {
    const auto number = reader_.number<std::uint32_t>();
    if (!number) return truncated(printable(key));
    if (*number > static_cast<std::uint32_t>(GgufType::kFloat64)) {
      return invalid("", "{}: unknown value type {}", printable(key), *number);
    }
    return static_cast<GgufType>(*number);
  }

  Result<std::span<const std::byte>> value_data(const GgufValue& entry) {
    if (entry.type == GgufType::kString) {
      if (!entry.is_array) {
        const auto text = reader_.text();
        if (!text) return truncated(printable(entry.key));
        return std::as_bytes(std::span(text->data(), text->size()));
      }
      const std::uint64_t start = reader_.position();
      for (std::uint64_t i = 0; i < entry.count; ++i) {
        if (!reader_.text()) {
          return truncated(
              fmt::format("{}: string {} of {}", printable(entry.key), i, entry.count));
        }
      }
      return bytes_.subspan(start, reader_.position() - start);
    }
    const std::uint64_t bytes = gguf_type_bytes(entry.type);
    if (entry.count > reader_.remaining() / bytes) {
      return invalid(kTruncated, "{}: {} elements do not fit in the file's {} bytes",
                     printable(entry.key), entry.count, size_);
    }
    const auto data = reader_.take(entry.count * bytes);
    if (!data) return truncated(printable(entry.key));
    if (entry.type == GgufType::kBool) {
      for (const std::byte b : *data) {
        if (b > std::byte{1}) {
          return invalid("", "{}: a flag is {}, need 0 or 1", printable(entry.key),
                         static_cast<unsigned>(b));
        }
      }
    }
    return *data;
  }

  Result<void> tensor(std::uint64_t index) {
    const auto name = reader_.text();
    if (!name) return truncated(fmt::format("name of tensor {}", index));
    if (name->empty() || name->size() > kMaxNameBytes) {
      return invalid("", "name of tensor {}: has {} bytes", index, name->size());
    }
    const std::string place = "tensor " + printable(*name);
    const auto num_dimensions = reader_.number<std::uint32_t>();
    if (!num_dimensions) return truncated(place);
    if (*num_dimensions < 1 || *num_dimensions > kMaxDimensions) {
      return invalid("", "{}: has {} dimensions, need 1 to {}", place, *num_dimensions,
                     kMaxDimensions);
    }
    GgufTensor entry{.name = *name, .type = TensorType::kF32, .shape = {}, .data = {}};
    entry.shape.reserve(*num_dimensions);
    for (std::uint32_t d = 0; d < *num_dimensions; ++d) {
      const auto length = reader_.number<std::uint64_t>();
      if (!length) return truncated(place);
      if (*length < 1 || *length > std::numeric_limits<std::int64_t>::max()) {
        return invalid("", "{}: dimension {} is {}", place, d, *length);
      }
      entry.shape.push_back(static_cast<std::int64_t>(*length));
    }
    const auto type = reader_.number<std::uint32_t>();
    const auto offset = reader_.number<std::uint64_t>();
    if (!type || !offset) return truncated(place);
    const auto known = tensor_type_from_gguf(*type);
    if (!known) {
      const std::string_view type_name = ggml_type_name(*type);
      return invalid("use a file in F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K or Q6_K",
                     "{}: type {} is not supported", place,
                     type_name.empty() ? fmt::format("number {}", *type) : std::string(type_name));
    }
    entry.type = *known;
    header_.tensors.push_back(std::move(entry));
    offsets_.push_back(*offset);
    return {};
  }

  Result<std::uint64_t> alignment() const {
    for (const GgufValue& entry : header_.values) {
      if (entry.key != "general.alignment") continue;
      if (entry.is_array || entry.type != GgufType::kUint32) {
        return invalid("", "general.alignment: is not a uint32");
      }
      std::uint32_t number = 0;
      std::memcpy(&number, entry.data.data(), sizeof number);
      if (!std::has_single_bit(number) || number < 4 || number > kMaxAlignment) {
        return invalid("", "general.alignment: is {}, need a power of two from 4 to {}", number,
                       kMaxAlignment);
      }
      return std::uint64_t{number};
    }
    return static_cast<std::uint64_t>(kDefaultAlignment);
  }

  /// Tensor offsets count from the first aligned byte behind the header.
  Result<void> place_tensors() {
    INFERLAB_TRY(const std::uint64_t align, alignment());
    const std::uint64_t start = (reader_.position() + align - 1) / align * align;
    for (std::size_t i = 0; i < header_.tensors.size(); ++i) {
      GgufTensor& entry = header_.tensors[i];
      const std::string place = "tensor " + printable(entry.name);
      INFERLAB_TRY(const std::uint64_t bytes, tensor_bytes(entry, place));
      if (offsets_[i] % align != 0) {
        return invalid("", "{}: offset {} is not a multiple of {}", place, offsets_[i], align);
      }
      if (start > size_ || offsets_[i] > size_ - start || bytes > size_ - start - offsets_[i]) {
        // Saturating, because an offset near 2^64 would wrap around and look small.
        constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
        const std::uint64_t begin = offsets_[i] > kMax - start ? kMax : start + offsets_[i];
        const std::uint64_t end = bytes > kMax - begin ? kMax : begin + bytes;
        return invalid(kTruncated, "{}: data ends at byte {}, the file has {}", place, end, size_);
      }
      entry.data = bytes_.subspan(start + offsets_[i], bytes);
    }
    return check_overlaps();
  }

  /// The format has no two tensors on the same bytes; a file that has would pass for more than it
  /// is.
  Result<void> check_overlaps() const {
    std::vector<const GgufTensor*> order;
    order.reserve(header_.tensors.size());
    for (const GgufTensor& entry : header_.tensors) order.push_back(&entry);
    std::ranges::sort(order, {}, [](const GgufTensor* entry) { return entry->data.data(); });
    for (std::size_t i = 1; i < order.size(); ++i) {
      const GgufTensor& before = *order[i - 1];
      if (before.data.data() + before.data.size() <= order[i]->data.data()) continue;
      return invalid("the file was converted wrongly or is damaged",
                     "tensors {} and {}: their data overlap", printable(before.name),
                     printable(order[i]->name));
    }
    return {};
  }

  Result<std::uint64_t> tensor_bytes(const GgufTensor& entry, const std::string& place) const {
    const TensorBlock block = tensor_block(entry.type);
    if (entry.shape[0] % block.elements != 0) {
      return invalid("", "{}: rows of {} elements are no whole blocks of {} ({})", place,
                     entry.shape[0], block.elements, tensor_type_name(entry.type));
    }
    // In blocks, so that the product stays in range for everything that can fit in a file.
    std::uint64_t blocks = static_cast<std::uint64_t>(entry.shape[0] / block.elements);
    const std::uint64_t most =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / block.bytes);
    bool fits = blocks <= most;
    for (std::size_t d = 1; fits && d < entry.shape.size(); ++d) {
      const auto length = static_cast<std::uint64_t>(entry.shape[d]);
      fits = length <= most / blocks;
      blocks *= length;
    }
    if (!fits) return invalid("", "{}: its dimensions multiply to more than 2^63 bytes", place);
    return blocks * static_cast<std::uint64_t>(block.bytes);
  }

  const std::string& name_;
  std::uint64_t size_;
  std::span<const std::byte> bytes_;
  GgufReader reader_;
  std::uint64_t num_tensors_ = 0;
  std::uint64_t num_values_ = 0;
  GgufHeader header_{};
  std::vector<std::uint64_t> offsets_;  // of header_.tensors, from the start of the data
};

}  // namespace

std::uint64_t gguf_type_bytes(GgufType type) {
  switch (type) {
    case GgufType::kUint8:
    case GgufType::kInt8:
    case GgufType::kBool:
      return 1;
    case GgufType::kUint16:
    case GgufType::kInt16:
      return 2;
    case GgufType::kUint32:
    case GgufType::kInt32:
    case GgufType::kFloat32:
      return 4;
    case GgufType::kUint64:
    case GgufType::kInt64:
    case GgufType::kFloat64:
      return 8;
    case GgufType::kString:
    case GgufType::kArray:
      break;
  }
  return 0;
}

Result<GgufHeader> parse_gguf_header(std::span<const std::byte> bytes, const std::string& name) {
  return HeaderParser(bytes, name).run();
}

}  // namespace inferlab
