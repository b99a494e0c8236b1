#include "sim/apiserver/protobuf_writer.h"

namespace inferlab::sim {

void ProtobufWriter::raw_varint(std::uint64_t value) {
  while (value >= 0x80) {
    text_ += static_cast<char>((value & 0x7F) | 0x80);
    value >>= 7;
  }
  text_ += static_cast<char>(value);
}

void ProtobufWriter::varint(int field, std::uint64_t value) {
  raw_varint(static_cast<std::uint64_t>(field) << 3);  // wire type 0
  raw_varint(value);
}

void ProtobufWriter::bytes(int field, std::string_view value) {
  raw_varint((static_cast<std::uint64_t>(field) << 3) | 2);
  raw_varint(value.size());
  text_ += value;
}

}  // namespace inferlab::sim
