#include "engine/huggingface/safetensors.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/base/rng.h"
#include "engine/huggingface/weight_files.h"
#include "safetensors_bytes.h"
#include "tests/support/process.h"

namespace inferlab::huggingface {
namespace {

using test::bytes_of;
using test::safetensors;

/// The message of the refusal without the file's name; empty when the file was taken.
std::string refusal_of(const std::string& file) {
  const auto parsed = SafetensorsFile::parse(bytes_of(file), "x");
  if (parsed.has_value()) return {};
  CHECK(parsed.error().kind == ErrorKind::kInvalid);
  REQUIRE(parsed.error().message.starts_with("x: "));
  return parsed.error().message.substr(3);
}

std::string sample() {
  const std::vector<test::TensorToWrite> tensors = {{"b", "F32", {2, 3}, std::string(24, '\1')},
                                                    {"a", "BF16", {4}, std::string(8, '\2')},
                                                    {"empty", "F16", {0, 7}, ""},
                                                    {"scalar", "I64", {}, std::string(8, '\3')},
                                                    {"packed", "F4", {3, 2}, std::string(3, '\4')}};
  return safetensors(tensors);
}

TEST_CASE("SafetensorsFile: what was written is read, in the order of names") {
  const std::string bytes = sample();
  const auto file = SafetensorsFile::parse(bytes_of(bytes), "x");
  REQUIRE(file.has_value());
  REQUIRE(file->tensors().size() == 5);
  CHECK(file->size_bytes() == std::ssize(bytes));
  CHECK(file->tensors()[0].name == "a");
  CHECK(file->tensors()[1].name == "b");
  const SafetensorsTensor& b = *file->find("b");
  CHECK(b.shape == std::vector<std::int64_t>{2, 3});
  CHECK(b.type() == TensorType::kF32);
  CHECK(b.data.size() == 24);
  CHECK(b.data[0] == std::byte{1});
  CHECK(file->find("a")->type() == TensorType::kBF16);
  CHECK(file->find("empty")->data.empty());
  CHECK(file->find("scalar")->shape.empty());
  CHECK_FALSE(file->find("packed")->type().has_value());
  CHECK(file->find("c") == nullptr);
}

struct HostileRow {
  const char* what;
  std::string header;
  std::size_t data_bytes;
  std::string message;
};

TEST_CASE("SafetensorsFile: headers that lie are refused") {
  const auto tensor = [](std::string_view fields) {
    return fmt::format(R"({{"a":{{{}}}}})", fields);
  };
  const std::string max = "18446744073709551615";
  const HostileRow rows[] = {
      {"no header", "", 0, "header: does not begin with {"},
      {"white space in front", " {}", 0, "header: does not begin with {"},
      {"a mark in front", "\xef\xbb\xbf{}", 0, "header: does not begin with {"},
      {"an array", "[]", 0, "header: does not begin with {"},
      {"unfinished", "{\"a\":", 0, "header: tensor a: is no JSON from byte 6 on"},
      {"more behind it", "{}{}", 0, "header: is no JSON from byte 3 on"},
      {"no UTF-8", "{\"\xff\":1}", 0, "header: is no JSON from byte 3 on"},
      {"a name for a tensor", R"({"a":"b"})", 0,
       "header: tensor a: a string where none is expected"},
      {"an array for a tensor", R"({"a":[]})", 0,
       "header: tensor a: an array where none is expected"},
      {"no fields", tensor(""), 0, "header: tensor a: has no dtype"},
      {"no shape", tensor(R"("dtype":"F32","data_offsets":[0,4])"), 4,
       "header: tensor a: has no shape"},
      {"no offsets", tensor(R"("dtype":"F32","shape":[1])"), 4,
       "header: tensor a: has no data_offsets"},
      {"an unknown dtype", tensor(R"("dtype":"F33","shape":[1],"data_offsets":[0,4])"), 4,
       "header: tensor a: dtype F33 is not known"},
      {"an unknown field", tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1)"), 4,
       "header: tensor a: x is no field of a tensor"},
      {"a field twice", tensor(R"("dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4])"),
       4, "header: tensor a: dtype is there twice"},
      {"a shape twice", tensor(R"("shape":[1],"shape":[1])"), 4,
       "header: tensor a: shape is there twice"},
      {"a negative length", tensor(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])"), 4,
       "header: tensor a: a negative number where none is expected"},
      {"a length with a fraction", tensor(R"("dtype":"F32","shape":[1.5],"data_offsets":[0,4])"), 4,
       "header: tensor a: a number with a fraction where none is expected"},
      {"a shape that is a number", tensor(R"("dtype":"F32","shape":1,"data_offsets":[0,4])"), 4,
       "header: tensor a: a number where none is expected"},
      {"nested shapes", tensor(R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])"), 4,
       "header: tensor a: an array where none is expected"},
      {"one offset", tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4])"), 4,
       "header: tensor a: data_offsets has fewer than two numbers"},
      {"three offsets", tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,4,8])"), 4,
       "header: tensor a: data_offsets has more than two numbers"},
      {"17 dimensions",
       tensor(R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4])"),
       4, "header: tensor a: has more than 16 dimensions"},
      {"offsets in disorder", tensor(R"("dtype":"F32","shape":[0],"data_offsets":[4,0])"), 4,
       "tensor a: its data begin at byte 4: bytes from 0 on belong to no tensor"},
      {"an end before the begin", tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,0])"), 0,
       "tensor a: data_offsets are 0 and 0, its type and shape ask for 4 bytes"},
      {"too few bytes for its shape", tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"),
       4, "tensor a: data_offsets are 0 and 4, its type and shape ask for 8 bytes"},
      {"2^64 elements, which wrap to none",
       tensor(R"("dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0])"), 0,
       "tensor a: its dimensions multiply to more than 2^63 bits"},
      {"2^61 floats, whose bits wrap",
       tensor(R"("dtype":"F32","shape":[2305843009213693952],"data_offsets":[0,0])"), 0,
       "tensor a: its dimensions multiply to more than 2^63 bits"},
      {"a length beyond 63 bits beside a zero",
       tensor(R"("dtype":"F32","shape":[0,)" + max + R"(],"data_offsets":[0,0])"), 0,
       "tensor a: its dimensions multiply to more than 2^63 bits"},
      {"a number beyond 64 bits",
       tensor(R"("dtype":"F32","shape":[)" + max + R"(0],"data_offsets":[0,0])"), 0,
       "header: tensor a: a number with a fraction where none is expected"},
      {"an offset at the end of numbers",
       tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,)" + max + "]"), 4,
       "tensor a: data_offsets are 0 and 18446744073709551615, its type and shape ask for 4 bytes"},
      {"half a byte", tensor(R"("dtype":"F4","shape":[1],"data_offsets":[0,1])"), 1,
       "tensor a: its data end within a byte"},
      {"data cut off", tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])"), 4,
       "tensor a: its data end at byte 8, the file has 4"},
      {"data behind the last tensor", tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])"),
       8, "data: 4 bytes behind the last tensor belong to none"},
      {"data without a tensor", "{}", 1, "data: 1 bytes behind the last tensor belong to none"},
      {"a hole",
       R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
       R"("b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}})",
       9, "tensor b: its data begin at byte 5: bytes from 4 on belong to no tensor"},
      {"an overlap",
       R"({"b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]},)"
       R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
       7, "tensors a and b: their data overlap"},
      {"the same bytes twice",
       R"({"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
       R"("a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}})",
       4, "tensors b and a: their data overlap"},
      {"a name twice",
       R"({"a\u001b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
       R"("a\u001b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
       2, "tensor a? is there twice"},
      {"metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0,
       "header: __metadata__ is there twice"},
      {"metadata that are no texts", R"({"__metadata__":{"a":1}})", 0,
       "header: a number where none is expected"},
      {"nested metadata", R"({"__metadata__":{"a":{}}})", 0,
       "header: an object where none is expected"},
      {"metadata that are a text", R"({"__metadata__":"a"})", 0,
       "header: a string where none is expected"},
      {"deep nesting", "{\"a\":" + std::string(100'000, '['), 0,
       "header: tensor a: an array where none is expected"},
  };
  for (const HostileRow& row : rows) {
    CAPTURE(row.what);
    const std::string message =
        refusal_of(safetensors(row.header, std::string(row.data_bytes, 'x')));
    // Two that share a begin are named in the order of the sort, which may be either.
    if (std::string_view(row.what) == "the same bytes twice") {
      CHECK(message.ends_with("their data overlap"));
    } else {
      CHECK(message == row.message);
    }
  }
  CHECK(refusal_of(safetensors("{}  ", "")).empty());
  CHECK(refusal_of(safetensors(R"({"__metadata__":null})", "")).empty());
  CHECK(refusal_of(safetensors(R"({"__metadata__":{"format":"pt"}})", "")).empty());
}

TEST_CASE("SafetensorsFile: lengths that lie are refused before anything is read") {
  const auto with_length = [](std::uint64_t length) {
    std::string file = safetensors("{}", "");
    std::memcpy(file.data(), &length, sizeof length);
    return refusal_of(file);
  };
  CHECK(refusal_of("") == "is no safetensors file: it has 0 bytes");
  CHECK(refusal_of("1234567") == "is no safetensors file: it has 7 bytes");
  CHECK(with_length(3) == "header: ends at byte 11, the file has 10");
  CHECK(with_length(100'000'000) == "header: ends at byte 100000008, the file has 10");
  CHECK(with_length(100'000'001) ==
        "header: its length is 100000001, more than the format's 100000000 bytes");
  CHECK(with_length(~std::uint64_t{0}) ==
        "header: its length is 18446744073709551615, more than the format's 100000000 bytes");
}

TEST_CASE("SafetensorsFile: a file cut at any byte is refused") {
  const std::string whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    // A copy of just this size, so that a sanitizer sees a read behind its end.
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(SafetensorsFile::parse(std::as_bytes(std::span(cut)), "x").has_value());
  }
}

TEST_CASE("SafetensorsFile: damaged bytes do no harm", "[seeds]") {
  const std::string whole = sample();
  Rng rng(20260105, "safetensors", "damage");
  int refused = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string damaged = whole;
    const std::uint64_t changes = 1 + rng.below(3);
    for (std::uint64_t i = 0; i < changes; ++i) {
      damaged[rng.below(damaged.size())] = static_cast<char>(rng.below(256));
    }
    const auto file = SafetensorsFile::parse(bytes_of(damaged), "x");
    if (!file) {
      ++refused;
      continue;
    }
    std::uint64_t sum = 0;
    for (const SafetensorsTensor& tensor : file->tensors()) {
      for (const std::byte b : tensor.data) sum += static_cast<unsigned>(b);
    }
    CHECK(sum < 1'000'000);
  }
  CHECK(refused > 1000);
}

TEST_CASE("weight index: names of files must be plain, tensors must be where it says") {
  const auto refusal = [](std::string_view json) {
    const auto parsed = parse_weight_index(json, "x");
    return parsed.has_value() ? std::string() : parsed.error().message;
  };
  CHECK(refusal(R"({"metadata":{"total_size":12,"more":[1,{"a":null}]},)"
                R"("weight_map":{"a":"1.safetensors","b":"2.safetensors"}})")
            .empty());
  CHECK(refusal("") == "x: is no JSON from byte 1 on");
  CHECK(refusal("{}") == "x: weight_map: is missing or empty");
  CHECK(refusal(R"({"weight_map":{}})") == "x: weight_map: is missing or empty");
  CHECK(refusal(R"({"weight_map":["a"]})") == "x: weight_map: is missing or empty");
  CHECK(refusal(R"({"metadata":{"weight_map":{"a":"b"}}})") ==
        "x: weight_map: is missing or empty");
  CHECK(refusal(R"({"weight_map":{"a":"b"},"weight_map":{"a":"c"}})") ==
        "x: weight_map is there twice");
  CHECK(refusal(R"({"weight_map":{"a":"b","a":"c"}})") == "x: weight_map: tensor a is there twice");
  CHECK(refusal(R"({"weight_map":{"a":1}})") == "x: weight_map: holds more than names of files");
  CHECK(refusal(R"({"weight_map":{"a":["b"]}})") ==
        "x: weight_map: holds more than names of files");
  CHECK(refusal(R"({"weight_map":{"a":{"b":"c"}}})") ==
        "x: weight_map: an object where a file's name is expected");
  for (const char* name : {"../b", "/etc/passwd", "b/c", "..", ".", ""}) {
    CAPTURE(name);
    CHECK(refusal(fmt::format(R"({{"weight_map":{{"a":"{}"}}}})", name)) ==
          fmt::format("x: weight_map: tensor a: {} is no name of a file in the folder", name));
  }
  CHECK(refusal("{\"a\":" + std::string(100'000, '[')) == "x: is nested too deep");
}

}  // namespace
}  // namespace inferlab::huggingface
