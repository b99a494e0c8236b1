#include "engine/formats/gguf.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "engine/formats/gguf_writer.h"
#include "engine/formats/half.h"

namespace inferlab {
namespace {

GgufWriter sample(std::uint32_t version = 3, std::uint32_t alignment = 32) {
  GgufWriter writer(version, alignment);
  writer.add("general.architecture", "llama");
  writer.add("a.count", std::uint32_t{7});
  writer.add("a.big", std::uint64_t{1} << 63);
  writer.add("a.negative", std::int32_t{-7});
  writer.add("a.ratio", 0.5F);
  writer.add("a.flag", true);
  const std::vector<std::string> words = {"one", "", "three"};
  writer.add("a.words", words);
  const std::vector<float> numbers = {1.0F, 2.5F};
  writer.add("a.numbers", std::span<const float>(numbers));
  const std::vector<std::int32_t> counts = {3, -4};
  writer.add("a.counts", std::span<const std::int32_t>(counts));
  std::vector<float> values(96);
  std::iota(values.begin(), values.end(), -48.0F);
  const std::array<std::int64_t, 2> shape = {32, 3};
  writer.add_tensor("t.f32", shape, TensorType::kF32, values);
  writer.add_tensor("t.f16", shape, TensorType::kF16, values);
  writer.add_tensor("t.q8", shape, TensorType::kQ8_0, values);
  return writer;
}

TEST_CASE("GgufFile: what was written is read") {
  for (const std::uint32_t version : {2U, 3U}) {
    for (const std::uint32_t alignment : {32U, 64U, 8U}) {
      const auto file = GgufFile::parse(sample(version, alignment).bytes(), "sample.gguf");
      REQUIRE(file.has_value());
      CHECK(file->version() == version);
      CHECK(*file->text("general.architecture") == "llama");
      CHECK(*file->integer("a.count") == 7);
      CHECK(*file->integer("a.negative") == -7);
      CHECK(*file->number("a.ratio") == 0.5);
      CHECK(*file->number("a.count") == 7.0);
      CHECK(*file->flag("a.flag"));
      CHECK(*file->texts("a.words") == std::vector<std::string_view>{"one", "", "three"});
      CHECK(*file->numbers("a.numbers") == std::vector<double>{1.0, 2.5});
      CHECK(*file->integers("a.counts") == std::vector<std::int64_t>{3, -4});
      CHECK(*file->integer_or("a.none", 9) == 9);

      const GgufTensor* tensor = *file->tensor("t.f16");
      CHECK(tensor->type == TensorType::kF16);
      CHECK(tensor->columns() == 32);
      CHECK(tensor->rows() == 3);
      REQUIRE(tensor->data.size() == 96 * 2);
      Half half = 0;
      std::memcpy(&half, tensor->data.data() + 2 * 95, 2);
      CHECK(half_to_float(half) == 47.0F);
      CHECK((*file->tensor("t.q8"))->data.size() == 3 * 34);
    }
  }
}

TEST_CASE("GgufFile: getters name file, key and reason") {
  const auto file = GgufFile::parse(sample().bytes(), "sample.gguf");
  REQUIRE(file.has_value());
  CHECK(file->integer("a.none").error().kind == ErrorKind::kNotFound);
  CHECK(file->integer("a.none").error().message == "sample.gguf: a.none: is missing");
  CHECK(file->integer("a.words").error().message ==
        "sample.gguf: a.words: is not an integer of at most 63 bits");
  CHECK_FALSE(file->integer("a.big").has_value());
  CHECK_FALSE(file->integer("a.ratio").has_value());
  CHECK_FALSE(file->text("a.count").has_value());
  CHECK_FALSE(file->text("a.words").has_value());
  CHECK_FALSE(file->texts("general.architecture").has_value());
  CHECK_FALSE(file->integers("a.words").has_value());
  CHECK_FALSE(file->numbers("a.words").has_value());
  CHECK_FALSE(file->flag("a.count").has_value());
  CHECK_FALSE(file->integer_or("a.ratio", 1).has_value());
  CHECK(file->tensor("t.none").error().message == "sample.gguf: tensor t.none: is missing");
}

TEST_CASE("GgufFile: a key that is there twice is named without its control characters") {
  GgufWriter writer;
  writer.add("a\x1b[2J", true);
  writer.add("a\x1b[2J", true);
  CHECK(GgufFile::parse(writer.bytes(), "x").error().message == "x: key a?[2J is there twice");
}

TEST_CASE("GgufFile: a saved file is mapped, and the views survive a move") {
  const auto folder = std::filesystem::temp_directory_path() / "inferlab_gguf_test";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "sample.gguf").string();
  REQUIRE(sample().save(path).has_value());
  auto opened = GgufFile::open(path);
  REQUIRE(opened.has_value());
  const GgufFile moved = std::move(opened).value();
  std::filesystem::remove_all(folder);
  CHECK(*moved.text("general.architecture") == "llama");
  CHECK(moved.find_tensor("t.q8") != nullptr);
}

TEST_CASE("GgufFile: what is no regular file is refused") {
  CHECK(GgufFile::open("/nonexistent/x.gguf").error().kind == ErrorKind::kNotFound);
  CHECK(GgufFile::open("/").error().kind == ErrorKind::kInvalid);
  CHECK(GgufFile::open("/dev/zero").error().kind == ErrorKind::kInvalid);
}

}  // namespace
}  // namespace inferlab
