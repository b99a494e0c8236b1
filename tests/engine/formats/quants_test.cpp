// Quantised formats: what is written is read back within the format's step, and the bytes lie where
// the format says.

#include "engine/formats/quants.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "engine/base/rng.h"
#include "engine/formats/quantize.h"

namespace inferlab {
namespace {

std::vector<float> round_trip(TensorType type, const std::vector<float>& values) {
  std::vector<std::byte> bytes;
  encode_elements(type, values, bytes);
  const TensorBlock block = tensor_block(type);
  REQUIRE(std::ssize(bytes) == std::ssize(values) / block.elements * block.bytes);
  std::vector<float> decoded(values.size());
  decode_elements(type, bytes.data(), decoded);
  return decoded;
}

TEST_CASE("quantised formats: values come back within the format's step") {
  Rng rng(1, "quants", "values");
  struct Case {
    TensorType type;
    float step;  // of values from -1 to 1, half of it being the largest error; scales cost a bit
  };
  for (const Case& test :
       {Case{TensorType::kF32, 0.0F}, Case{TensorType::kF16, 1.0F / 1024},
        Case{TensorType::kBF16, 1.0F / 128}, Case{TensorType::kQ8_0, 1.0F / 127},
        Case{TensorType::kQ4_0, 1.0F / 4}, Case{TensorType::kQ4_K, 2.1F / 15},
        Case{TensorType::kQ5_K, 2.2F / 31}, Case{TensorType::kQ6_K, 1.1F / 16}}) {
    CAPTURE(std::string(tensor_type_name(test.type)));
    std::vector<float> values(1024);
    for (float& value : values) value = static_cast<float>(rng.unit() * 2.0 - 1.0);
    const auto decoded = round_trip(test.type, values);
    float worst = 0.0F;
    for (std::size_t i = 0; i < values.size(); ++i) {
      worst = std::max(worst, std::abs(decoded[i] - values[i]));
    }
    CHECK(worst <= test.step * 0.55F);
    // And no better than a format of so many bits can be: a test that cannot pass by copying.
    if (tensor_block(test.type).elements > 1) CHECK(worst > test.step * 0.2F);
  }
}

TEST_CASE("quantised formats: zeros, constants and what is no number") {
  for (const TensorType type : {TensorType::kQ8_0, TensorType::kQ4_0, TensorType::kQ4_K,
                                TensorType::kQ5_K, TensorType::kQ6_K}) {
    CAPTURE(std::string(tensor_type_name(type)));
    CHECK(round_trip(type, std::vector<float>(256, 0.0F)) == std::vector<float>(256, 0.0F));
    std::vector<float> values(256, 0.5F);
    values[7] = std::nanf("");
    values[100] = INFINITY;
    for (const float value : round_trip(type, values)) REQUIRE(std::isfinite(value));
  }
}

// Bytes written by hand from the format's definition, one distinct element in each place.
TEST_CASE("Q6_K: low bits, high bits and scales of element 200") {
  std::vector<std::byte> block(210);
  // Element 200: second half (128 on), slab 2 of it (64 on), element 8 of the slab.
  block[64 + 8] = std::byte{0x50};          // low bits 5, in the high nibble
  block[128 + 32 + 8] = std::byte{0x30};    // high bits 3, at bits 4 and 5
  block[192 + 200 / 16] = std::byte{0xfe};  // scale -2
  block[208] = std::byte{0x00};
  block[209] = std::byte{0x3c};  // 1.0
  std::vector<float> values(256);
  decode_elements(TensorType::kQ6_K, block.data(), values);
  CHECK(values[200] == -2.0F * (5 + 48 - 32));
  CHECK(values[201] == -2.0F * -32);
  CHECK(values[8] == 0.0F);
}

TEST_CASE("Q4_K: scales of the upper slabs are spread over two bytes") {
  std::vector<std::byte> block(144);
  block[1] = std::byte{0x3c};                // d = 1
  block[3] = std::byte{0x3c};                // dmin = 1
  block[4 + 1] = std::byte{0x80};            // upper bits of scale 5: 2
  block[4 + 4 + 1] = std::byte{0x40};        // upper bits of minimum 5: 1
  block[4 + 8 + 1] = std::byte{0x39};        // lower bits: scale 9, minimum 3
  block[16 + 2 * 32 + 4] = std::byte{0x70};  // slab 5, element 4: 7
  std::vector<float> values(256);
  decode_elements(TensorType::kQ4_K, block.data(), values);
  CHECK(values[5 * 32 + 4] == 41.0F * 7 - 19.0F);
  CHECK(values[5 * 32 + 5] == -19.0F);
  CHECK(values[4] == 0.0F);
}

}  // namespace
}  // namespace inferlab
