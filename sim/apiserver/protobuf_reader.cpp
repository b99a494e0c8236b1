#include "sim/apiserver/protobuf_reader.h"

#include <limits>

namespace inferlab::sim {

std::optional<ProtobufReader::Field> ProtobufReader::fail() {
  failed_ = true;
  rest_ = {};
  return std::nullopt;
}

std::optional<std::uint64_t> ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

std::optional<ProtobufReader::Field> ProtobufReader::next() {
  if (rest_.empty()) return std::nullopt;
  const auto tag = varint();
  if (!tag || *tag >> 3 == 0 || *tag >> 3 > std::numeric_limits<int>::max()) return fail();
  Field field;
  field.number = static_cast<int>(*tag >> 3);
  switch (*tag & 7) {
    case 0: {
      const auto value = varint();
      if (!value) return fail();
      field.value = *value;
      return field;
    }
    case 2: {
      const auto size = varint();
      if (!size || *size > rest_.size()) return fail();
      field.is_bytes = true;
      field.bytes = rest_.substr(0, *size);
      rest_.remove_prefix(*size);
      return field;
    }
    case 1:
    case 5: {
      const std::size_t size = (*tag & 7) == 1 ? 8 : 4;
      if (rest_.size() < size) return fail();
      for (std::size_t i = 0; i < size; ++i) {
        field.value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
      }
      rest_.remove_prefix(size);
      return field;
    }
    default:
      return fail();  // groups are not written by anything here
  }
}

}  // namespace inferlab::sim
