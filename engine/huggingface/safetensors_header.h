#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::huggingface {

/// What the header says of one tensor, not checked against the data yet.
struct HeaderEntry {
  std::string name = {};
  std::string_view dtype = {};
  std::int64_t element_bits = 0;
  std::vector<std::uint64_t> shape = {};
  std::uint64_t begin = 0;  // of its data, from the start of all data
  std::uint64_t end = 0;
};

/// The tensors of a header's JSON, in its order. kInvalid, beginning with `file`, for what is no
/// such header; names that are there twice are found by who sorts them.
Result<std::vector<HeaderEntry>> read_header(std::string_view json, const std::string& file);

}  // namespace inferlab::huggingface
