// The commands about models, on folders and files with random weights.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli_run.h"
#include "engine/model/random_encoder.h"
#include "sim/api/json.h"
#include "tests/engine/model/random_folder.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

sim::Value json_of(const Ran& ran) {
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  const auto value = sim::parse_json(ran.out);
  REQUIRE(value.has_value());
  return *value;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

TEST_CASE("model info: shows what a folder holds, as a table and as JSON") {
  const TempDir place;
  test::write_random_folder(test::all_random_folders()[1], place.path());
  const sim::Value info = json_of(run({"model", "info", place.path(), "--format", "json"}));
  CHECK(info["format"].str() == "Hugging Face folder");
  CHECK(info["architecture"].str() == "llama");
  CHECK(info["weightType"].str() == "BF16");
  CHECK(info["tensorTypes"]["BF16"].as_int() == 2 * 7 + 2);
  CHECK(info["tensorTypes"]["F32"].as_int() == 2 * 2 + 1);
  CHECK(info["contextLength"].as_int() == 256);
  CHECK(info["slidingWindow"].as_int() == 0);
  CHECK(info["ropeScaling"]["type"].str() == "llama3");
  CHECK(info["ropeScaling"]["originalContextLength"].as_int() == 64);
  CHECK(info["tokenizer"].str() == "byte-level BPE, gpt-2");
  CHECK(info["chatTemplate"].str() == "ChatML");
  // Two layers of keys and values of 2 heads of 16 elements, 4 bytes each.
  CHECK(info["kvBytesPerToken"].as_int() == 2 * 2 * 32 * 4);
  CHECK(info["memoryBytes"].as_int() == info["weightsBytes"].as_int() + 512 * 256);
  CHECK_FALSE(info.has("ggufVersion"));
  const Ran table = run({"model", "info", place.path()});
  CHECK(table.out.find("BF16 16, F32 5") != std::string::npos);
  CHECK(table.out.find("type llama3") != std::string::npos);
  // Without a tokenizer a model can be looked at.
  fs::remove(place.path() + "/tokenizer.gguf");
  const sim::Value bare = json_of(run({"model", "info", place.path(), "--format", "json"}));
  CHECK(bare["tokenizer"].str().starts_with("none: "));
  CHECK(bare["chatTemplate"].str().starts_with("none: "));
  CHECK(bare["vocabulary"].as_int() == 320);
}

TEST_CASE("model info: an encoder has no KV cache, and says how it pools") {
  const TempDir place;
  const std::string path = place.path() + "/encoder.gguf";
  REQUIRE(random_encoder({.type = TensorType::kQ8_0}).save(path));
  const sim::Value info = json_of(run({"model", "info", path, "--format", "json"}));
  CHECK(info["architecture"].str() == "bert");
  CHECK(info["poolingType"].str() == "MEAN");
  CHECK(info["weightType"].str() == "Q8_0");
  CHECK(info["tokenizer"].str() == "WordPiece");
  CHECK(info["contextLength"].as_int() == 96);
  CHECK(info["kvBytesPerToken"].as_int() == 0);
  CHECK(info["weightsBytes"].as_int() > 0);
  CHECK(info["memoryBytes"].as_int() == info["weightsBytes"].as_int());
}

TEST_CASE("model convert: writes a file that is read as the folder is, and never over another") {
  const TempDir place;
  test::write_random_folder({.model = {.type = TensorType::kF16, .hidden_size = 128}},
                            place.path());
  const std::string to = place.path() + "/out.gguf";
  const Ran first = run({"model", "convert", place.path(), to});
  CHECK(first.status == 0);
  CHECK(first.out.find("out.gguf: ") != std::string::npos);
  const sim::Value info = json_of(run({"model", "info", to, "--format", "json"}));
  CHECK(info["format"].str() == "GGUF");
  CHECK(info["weightType"].str() == "F16");

  const Ran again = run({"model", "convert", place.path(), to, "--type", "q8_0"});
  CHECK(again.status == 2);
  CHECK(again.err.find("out.gguf: is there already (hint: --force writes over it)") !=
        std::string::npos);
  const sim::Value forced = json_of(
      run({"model", "convert", place.path(), to, "--type", "q8_0", "--force", "--format", "json"}));
  CHECK(forced["type"].str() == "q8_0");
  CHECK(forced["bytes"].as_int() == static_cast<std::int64_t>(fs::file_size(to)));
  CHECK(json_of(run({"model", "info", to, "--format", "json"}))["weightType"].str() == "Q8_0");
  CHECK(names_in(place.path()) ==
        std::set<std::string>{"config.json", "model.safetensors", "out.gguf", "tokenizer.gguf"});
}

TEST_CASE("model convert: what cannot be leaves nothing behind") {
  const TempDir place;
  test::write_random_folder({.model = {.type = TensorType::kF16}}, place.path());
  const std::set<std::string> before = names_in(place.path());
  const auto refusal = [&](const std::string& from, const std::string& to) {
    const Ran ran = run({"model", "convert", from, to});
    CHECK(ran.status == 2);
    return ran.err;
  };
  CHECK(refusal(place.path() + "/model.safetensors", place.path() + "/x.gguf")
            .find("is no folder (hint: model quantize") != std::string::npos);
  CHECK(refusal(place.path(), place.path() + "/none/x.gguf").find("cannot write") !=
        std::string::npos);
  CHECK(refusal(place.path(), place.path() + "/").find("is the file to read from") !=
        std::string::npos);
  CHECK(refusal(place.path() + "/none", place.path() + "/x.gguf").find("cannot read") !=
        std::string::npos);
  // A tokenizer that does not fit is found in the written file, before it comes to its place.
  GgufWriter broken;
  broken.add("tokenizer.ggml.tokens", std::vector<std::string>(321, "x"));
  REQUIRE(broken.save(place.path() + "/tokenizer.gguf").has_value());
  CHECK(refusal(place.path(), place.path() + "/x.gguf").find("has 321 tokens") !=
        std::string::npos);
  CHECK(names_in(place.path()) == before);
}

TEST_CASE("model list: names folders beside files; one that is broken does not hide the others") {
  const OwnDataHome home;
  const fs::path models = fs::path(home.dir_.path()) / "inferlab" / "models";
  fs::create_directories(models / "folder");
  fs::create_directories(models / "broken");
  fs::create_directories(models / "no-model");
  test::write_random_folder({.model = {.type = TensorType::kF16}}, models / "folder");
  std::ofstream(models / "broken" / "config.json") << "{";
  const Ran list = run({"model", "list"});
  INFO(list.out << list.err);
  CHECK(list.out.find("models/folder") != std::string::npos);
  CHECK(list.out.find("inferlab-tiny.gguf") != std::string::npos);
  CHECK(list.err.find("broken/config.json: is no JSON object") != std::string::npos);
  CHECK((list.out + list.err).find("no-model") == std::string::npos);
}

}  // namespace
}  // namespace inferlab::labs
