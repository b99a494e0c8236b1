#include "engine/huggingface/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/printable.h"
#include "engine/huggingface/refusing_sax.h"

namespace inferlab::huggingface {
namespace {

// Far above any tensor there is; the format has no limit.
constexpr std::size_t kMaxDimensions = 16;

/// Source: safetensors/src/tensor.rs, Dtype.
struct DtypeRow {
  std::string_view name;
  std::int64_t bits;
};
constexpr DtypeRow kDtypes[] = {
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
    {"I64", 64},        {"U64", 64},
};

/// {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {...}}
class HeaderSax final : public RefusingSax {
 public:
  std::vector<HeaderEntry> take() { return std::move(entries_); }
  /// The tensor at which reading ended; empty when it was at none.
  [[nodiscard]] std::string place() const {
    const bool in_tensor = state_ != State::kStart && state_ != State::kNames &&
                           state_ != State::kMetadata && !entries_.empty();
    return in_tensor ? "tensor " + printable(entries_.back().name) + ": " : std::string();
  }

  bool start_object(std::size_t count) override {
    switch (state_) {
      case State::kStart:
        state_ = State::kNames;
        return true;
      case State::kTensor:
        state_ = State::kFields;
        return true;
      case State::kMetadata:
        if (in_metadata_) break;
        in_metadata_ = true;
        return true;
      default:
        break;
    }
    return RefusingSax::start_object(count);
  }

  bool key(std::string& name) override {
    if (state_ == State::kMetadata) return true;  // free text about the file
    if (state_ == State::kNames && name == "__metadata__") {
      if (std::exchange(has_metadata_, true)) return refuse("__metadata__ is there twice");
      state_ = State::kMetadata;
      return true;
    }
    if (state_ == State::kNames) {
      entries_.push_back({.name = std::move(name)});
      num_offsets_ = 0;
      has_shape_ = has_offsets_ = false;
      state_ = State::kTensor;
      return true;
    }
    if (state_ != State::kFields) return RefusingSax::key(name);
    if (name == "dtype" && entries_.back().dtype.empty()) return next(State::kDtype);
    if (name == "shape" && !std::exchange(has_shape_, true)) return next(State::kShape);
    if (name == "data_offsets" && !std::exchange(has_offsets_, true)) {
      return next(State::kOffsets);
    }
    const bool known = name == "dtype" || name == "shape" || name == "data_offsets";
    return refuse(printable(name) + (known ? " is there twice" : " is no field of a tensor"));
  }

  bool null() override {
    if (state_ != State::kMetadata || in_metadata_) return RefusingSax::null();
    return next(State::kNames);  // no metadata
  }

  bool string(std::string& text) override {
    if (state_ == State::kMetadata && in_metadata_) return true;
    if (state_ != State::kDtype) return RefusingSax::string(text);
    const auto* row = std::ranges::find(kDtypes, text, &DtypeRow::name);
    if (row == std::end(kDtypes)) return refuse("dtype " + printable(text) + " is not known");
    entries_.back().dtype = row->name;
    entries_.back().element_bits = row->bits;
    return next(State::kFields);
  }

  bool start_array(std::size_t count) override {
    if ((state_ == State::kShape || state_ == State::kOffsets) && !in_array_) {
      in_array_ = true;
      return true;
    }
    return RefusingSax::start_array(count);
  }

  bool number_unsigned(std::uint64_t number) override {
    if (!in_array_) return RefusingSax::number_unsigned(number);
    HeaderEntry& entry = entries_.back();
    if (state_ == State::kShape) {
      if (entry.shape.size() == kMaxDimensions) {
        return refuse(fmt::format("has more than {} dimensions", kMaxDimensions));
      }
      entry.shape.push_back(number);
      return true;
    }
    if (num_offsets_ == 2) return refuse("data_offsets has more than two numbers");
    (num_offsets_++ == 0 ? entry.begin : entry.end) = number;
    return true;
  }

  bool end_array() override {
    in_array_ = false;
    if (state_ == State::kOffsets && num_offsets_ != 2) {
      return refuse("data_offsets has fewer than two numbers");
    }
    return next(State::kFields);
  }

  bool end_object() override {
    if (state_ == State::kFields) {
      const HeaderEntry& entry = entries_.back();
      if (entry.dtype.empty()) return refuse("has no dtype");
      if (!has_shape_) return refuse("has no shape");
      if (!has_offsets_) return refuse("has no data_offsets");
      return next(State::kNames);
    }
    if (state_ == State::kMetadata) return next(State::kNames);
    return true;  // of the whole
  }

 private:
  enum class State : std::uint8_t {
    kStart,     // before the first "{"
    kNames,     // a name comes, or the end
    kTensor,    // the object of a tensor comes
    kFields,    // a field's name comes, or the object's end
    kDtype,     // its value comes
    kShape,     // its array comes, or is being read
    kOffsets,   // the same
    kMetadata,  // the object of __metadata__ comes, or is being read
  };
  bool next(State state) {
    state_ = state;
    in_metadata_ = false;
    return true;
  }

  State state_ = State::kStart;
  bool in_array_ = false;
  bool in_metadata_ = false;
  bool has_metadata_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
  int num_offsets_ = 0;
  std::vector<HeaderEntry> entries_;
};

}  // namespace

Result<std::vector<HeaderEntry>> read_header(std::string_view json, const std::string& file) {
  const auto invalid = [&file](std::string_view why) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: header: {}", file, why),
                 "the download is incomplete or the file is damaged"};
  };
  // Not so the JSON library, which takes a byte order mark or white space in front.
  if (!json.starts_with('{')) return invalid("does not begin with {");
  HeaderSax sax;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &sax)) {
    return invalid(sax.place() + sax.reason());
  }
  return sax.take();
}

}  // namespace inferlab::huggingface
