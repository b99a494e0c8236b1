#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::test {

/// A safetensors file by hand: any header before any data.
inline std::string safetensors(std::string_view header, std::string_view data) {
  std::string out(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(out.data(), &length, sizeof length);
  out += header;
  out += data;
  return out;
}

struct TensorToWrite {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;  // slowest first
  std::string data;
};

/// A valid one, data in the order given.
inline std::string safetensors(std::span<const TensorToWrite> tensors) {
  std::string header = "{\"__metadata__\":{\"format\":\"pt\"}";
  std::string data;
  for (const TensorToWrite& tensor : tensors) {
    header += fmt::format(R"(,"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                          tensor.name, tensor.dtype, fmt::join(tensor.shape, ","), data.size(),
                          data.size() + tensor.data.size());
    data += tensor.data;
  }
  header += "}";
  while (header.size() % 8 != 0) header += ' ';  // as the reference implementation aligns the data
  return safetensors(header, data);
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace inferlab::test
