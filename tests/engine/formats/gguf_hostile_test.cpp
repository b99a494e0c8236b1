// A file from a stranger: whatever it says, it is refused or read, never believed.

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "allocation_watch.h"
#include "engine/base/rng.h"
#include "engine/formats/gguf.h"
#include "engine/formats/gguf_writer.h"

namespace inferlab {
namespace {

using Bytes = std::vector<std::byte>;

Bytes sample() {
  GgufWriter writer;
  writer.add("general.architecture", "llama");
  writer.add("a.count", std::uint32_t{7});
  writer.add("a.flag", true);
  const std::vector<std::string> words = {"one", "two", "three"};
  writer.add("a.words", words);
  const std::vector<float> numbers = {1.0F, 2.5F, 3.0F};
  writer.add("a.numbers", std::span<const float>(numbers));
  const std::vector<float> values(64, 1.0F);
  writer.add_tensor("t.one", std::array<std::int64_t, 2>{32, 2}, TensorType::kQ8_0, values);
  writer.add_tensor("t.two", std::array<std::int64_t, 1>{64}, TensorType::kF32, values);
  return writer.bytes();
}

/// Writes a file by hand, so that it may lie.
class Liar {
 public:
  Liar(std::uint64_t tensors, std::uint64_t values, std::uint32_t version = 3) {
    number(std::uint32_t{0x46554747});
    number(version);
    number(tensors);
    number(values);
  }
  template <typename T>
  Liar& number(T value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Liar& text(std::string_view text) {
    number(std::uint64_t{text.size()});
    const auto bytes = std::as_bytes(std::span(text));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Liar& tensor(std::string_view name, std::initializer_list<std::uint64_t> shape,
               std::uint32_t type, std::uint64_t offset) {
    text(name).number(static_cast<std::uint32_t>(shape.size()));
    for (const std::uint64_t length : shape) number(length);
    return number(type).number(offset);
  }
  Liar& zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }
  /// The message of the refusal; empty when the file was taken.
  [[nodiscard]] std::string refusal() const {
    const auto file = GgufFile::parse(bytes_, "x");
    if (file.has_value()) return {};
    CHECK(file.error().kind == ErrorKind::kInvalid);
    return file.error().message;
  }

 private:
  Bytes bytes_;
};

TEST_CASE("GgufFile: tensors that share bytes are refused, both named") {
  // 32 floats are 128 bytes; the data begin at the next multiple of 32.
  const auto with_second_at = [](std::uint64_t offset) {
    Liar liar(2, 0);
    liar.tensor("late", {32}, 0, offset).tensor("early", {32}, 0, 0).zeros(512);
    return liar.refusal();
  };
  CHECK(with_second_at(128).empty());
  CHECK(with_second_at(96) == "x: tensors early and late: their data overlap");
  CHECK(with_second_at(0).ends_with("their data overlap"));
}

/// Reads everything that a file offers, so that a sanitizer sees a view that leads outside.
std::uint64_t read_all(const GgufFile& file) {
  std::uint64_t sum = 0;
  for (const GgufValue& value : file.values()) {
    for (const std::byte b : value.data) sum += static_cast<unsigned>(b);
    (void)file.texts(value.key);
    (void)file.numbers(value.key);
    (void)file.integers(value.key);
    (void)file.text(value.key);
    (void)file.flag(value.key);
    (void)file.number(value.key);
  }
  for (const GgufTensor& tensor : file.tensors()) {
    for (const std::byte b : tensor.data) sum += static_cast<unsigned>(b);
  }
  return sum;
}

// Parsing keeps a small record per entry, each of which takes at least 13 bytes of the file. The
// constant covers an error's message and empty containers.
std::size_t allowance(std::size_t file_bytes) {
  return 16 * file_bytes + 4096;
}

TEST_CASE("GgufFile: a file cut at any byte is refused, with little memory") {
  const Bytes whole = sample();
  REQUIRE(GgufFile::parse(std::span(whole), "x").has_value());
  for (std::size_t size = 0; size + 32 < whole.size(); ++size) {
    // A copy of just this size, so that a sanitizer sees a read behind its end.
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const test::AllocationWatch watch;
    const auto file = GgufFile::parse(std::span(cut), "x");
    CAPTURE(size);
    REQUIRE_FALSE(file.has_value());
    REQUIRE(file.error().message.starts_with("x: "));
    REQUIRE(watch.peak_bytes() <= allowance(size));
  }
}

TEST_CASE("GgufFile: damaged bytes do no harm", "[seeds]") {
  const Bytes whole = sample();
  Rng rng(20260105, "gguf", "damage");
  int refused = 0;
  for (int round = 0; round < 6000; ++round) {
    Bytes damaged = whole;
    const std::uint64_t changes = 1 + rng.below(3);
    for (std::uint64_t i = 0; i < changes; ++i) {
      damaged[rng.below(damaged.size())] = static_cast<std::byte>(rng.below(256));
    }
    const test::AllocationWatch watch;
    const auto file = GgufFile::parse(std::span(damaged), "x");
    CAPTURE(round);
    REQUIRE(watch.peak_bytes() <= allowance(damaged.size()));
    if (file.has_value()) {
      (void)read_all(*file);
    } else {
      ++refused;
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("GgufFile: counts beyond the file are refused before anything is allocated") {
  constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();
  const test::AllocationWatch watch;
  CHECK(Liar(0, kHuge).refusal() ==
        "x: metadata: 18446744073709551615 entries do not fit in 24 bytes");
  CHECK(Liar(kHuge, 0).refusal() == "x: tensors: 18446744073709551615 do not fit in 24 bytes");
  CHECK(Liar(0, 1).number(kHuge).zeros(16).refusal() ==
        "x: key of metadata entry 0: the file ends at byte 48, within it");
  // An array of 2^61 64-bit numbers: 2^64 bytes, which is 0 when it wraps around.
  CHECK(Liar(0, 1).text("k").number(9U).number(10U).number(std::uint64_t{1} << 61).refusal() ==
        "x: k: 2305843009213693952 elements do not fit in the file's 49 bytes");
  CHECK(Liar(0, 1).text("k").number(9U).number(8U).number(kHuge).zeros(8).refusal() ==
        "x: k: string 1 of 18446744073709551615: the file ends at byte 57, within it");
  CHECK(watch.peak_bytes() < 16384);
}

TEST_CASE("GgufFile: header fields that make no sense are refused") {
  CHECK(GgufFile::parse(Bytes(100), "x").error().message == "x: is not a GGUF file");
  CHECK(Liar(0, 0, 1).refusal() == "x: version: 1 is too old");
  CHECK(Liar(0, 0, 0x03000000).refusal() == "x: version: is 50331648, need 2 or 3");
  CHECK(Liar(0, 0).refusal().empty());
  CHECK(Liar(0, 1).text("").number(4U).number(1U).refusal() ==
        "x: key of metadata entry 0: has 0 bytes");
  CHECK(Liar(0, 1).text("k").number(13U).number(1U).refusal() == "x: k: unknown value type 13");
  CHECK(Liar(0, 1).text("k").number(9U).number(9U).zeros(12).refusal() ==
        "x: k: arrays of arrays are not supported");
  CHECK(Liar(0, 1).text("k").number(7U).number(std::uint8_t{2}).refusal() ==
        "x: k: a flag is 2, need 0 or 1");
  CHECK(Liar(0, 2).text("k").number(4U).number(1U).text("k").number(4U).number(2U).refusal() ==
        "x: key k is there twice");
  // What is shown of a hostile name is short and printable.
  const std::string shown = Liar(0, 1).text("\x1b[2Jk").number(99U).number(1U).refusal();
  CHECK(shown == "x: ?[2Jk: unknown value type 99");
  for (const std::uint32_t alignment : {0U, 1U, 3U, 33U, 1U << 31}) {
    CAPTURE(alignment);
    CHECK(Liar(0, 1)
              .text("general.alignment")
              .number(4U)
              .number(alignment)
              .refusal()
              .starts_with("x: general.alignment: is "));
  }
}

TEST_CASE("GgufFile: tensors that lie are refused") {
  constexpr std::uint64_t kTop = std::uint64_t{1} << 63;
  const auto refusal = [](std::initializer_list<std::uint64_t> shape, std::uint32_t type,
                          std::uint64_t offset) {
    return Liar(1, 0).tensor("t", shape, type, offset).zeros(1024).refusal();
  };
  CHECK(refusal({8, 8}, 0, 0).empty());
  CHECK(refusal({}, 0, 0) == "x: tensor t: has 0 dimensions, need 1 to 4");
  CHECK(refusal({1, 1, 1, 1, 1}, 0, 0) == "x: tensor t: has 5 dimensions, need 1 to 4");
  CHECK(refusal({8, 0}, 0, 0) == "x: tensor t: dimension 1 is 0");
  CHECK(refusal({kTop, 8}, 0, 0) == "x: tensor t: dimension 0 is 9223372036854775808");
  CHECK(refusal({8, 8}, 10, 0) == "x: tensor t: type Q2_K is not supported");
  CHECK(refusal({8, 8}, 12, 0) ==
        "x: tensor t: rows of 8 elements are no whole blocks of 256 (Q4_K)");
  CHECK(refusal({8, 8}, 4000, 0) == "x: tensor t: type number 4000 is not supported");
  CHECK(refusal({8, 8}, 8, 0) ==
        "x: tensor t: rows of 8 elements are no whole blocks of 32 (Q8_0)");
  // 2^32 * 2^32 elements: 0 bytes when it wraps around.
  CHECK(refusal({std::uint64_t{1} << 32, std::uint64_t{1} << 32}, 0, 0) ==
        "x: tensor t: its dimensions multiply to more than 2^63 bytes");
  CHECK(refusal({8, 8}, 0, 4) == "x: tensor t: offset 4 is not a multiple of 32");
  CHECK(refusal({8, 8}, 0, 1024) == "x: tensor t: data ends at byte 1376, the file has 1089");
  CHECK(refusal({8, 8}, 0, 0xffffffffffffffe0ULL) ==
        "x: tensor t: data ends at byte 18446744073709551615, the file has 1089");
  CHECK(Liar(2, 0).tensor("t", {8}, 0, 0).tensor("t", {8}, 0, 32).zeros(128).refusal() ==
        "x: tensor t is there twice");
}

}  // namespace
}  // namespace inferlab
