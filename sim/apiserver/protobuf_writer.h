#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inferlab::sim {

/// Writes one protobuf message, field by field. Source: Protocol Buffers documentation, "Encoding".
class ProtobufWriter {
 public:
  void varint(int field, std::uint64_t value);
  /// Strings, bytes and messages.
  void bytes(int field, std::string_view value);
  void message(int field, const ProtobufWriter& value) { bytes(field, value.text()); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void raw_varint(std::uint64_t value);
  std::string text_;
};

}  // namespace inferlab::sim
