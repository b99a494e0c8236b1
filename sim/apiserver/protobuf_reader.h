#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace inferlab::sim {

/// Reads the fields of one protobuf message in the order they stand. Source: Protocol Buffers
/// documentation, "Encoding".
class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view message) : rest_(message) {}

  struct Field {
    int number = 0;
    std::uint64_t value = 0;  // of a varint or a fixed number
    std::string_view bytes;   // of a string, bytes or a message
    bool is_bytes = false;
  };
  /// The next field; nullopt at the end or, with failed(), at broken bytes.
  std::optional<Field> next();
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<Field> fail();

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace inferlab::sim
