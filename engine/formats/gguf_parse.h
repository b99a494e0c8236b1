#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

/// What the header of a GGUF file says, every field checked against the file's size; views into
/// `bytes`. Errors name the file, the key or tensor and the offset.
struct GgufHeader {
  std::uint32_t version;
  std::vector<GgufValue> values;
  std::vector<GgufTensor> tensors;
};
Result<GgufHeader> parse_gguf_header(std::span<const std::byte> bytes, const std::string& name);

/// Bytes of one value of a fixed-size type; 0 for strings and arrays.
std::uint64_t gguf_type_bytes(GgufType type);

}  // namespace inferlab
