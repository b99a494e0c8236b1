// Vocabularies of published models with the token ids that the models' own tokenizers give: pairs
// of NAME.gguf.inp (texts, each ended by a line "__ggml_vocab_test__") and NAME.gguf.out (a line of
// ids for each text). The files are llama.cpp's models/ggml-vocab-*; they are not part of this
// repository, INFERLAB_VOCABS names a folder that holds them.
#include "vectors.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "engine/tokenizer/tokenizer.h"
#include "random_text.h"

namespace inferlab {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> vocabularies(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".gguf") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

TEST_CASE("Tokenizer: published vocabularies give the ids of the models' own tokenizers") {
  const char* folder = std::getenv("INFERLAB_VOCABS");
  if (folder == nullptr) {
    std::cout << "SKIPPED: INFERLAB_VOCABS names no folder with ggml-vocab-*.gguf\n";
    return;
  }
  const std::vector<fs::path> files = vocabularies(folder);
  REQUIRE_FALSE(files.empty());
  for (const fs::path& path : files) {
    const std::string name = path.filename().string();
    INFO(name);
    const auto file = GgufFile::open(path.string());
    REQUIRE(file.has_value());
    const auto tokenizer = Tokenizer::load(*file);
    if (!tokenizer) FAIL_CHECK(tokenizer.error().message);
    if (!tokenizer) continue;
    const test::Vectors vectors =
        test::read_vectors(path.string() + ".inp", path.string() + ".out");
    CHECK(vectors.size() >= 40);
    std::size_t right = 0;
    for (const auto& [text, ids] : vectors) {
      INFO(text);
      const auto found = tokenizer->encode(text, {.add_special = false});
      CHECK(found == ids);
      if (found == ids) ++right;
    }
    // BERT's normalizer changes texts, and Falcon has no token for some bytes; all others give back
    // what they were given, but for SentencePiece's mark, which stands for a space.
    const bool lossy =
        name.find("bert") != std::string::npos || name.find("falcon") != std::string::npos;
    Rng rng(11, "vectors", name);
    for (int round = 0; round < 200 && !lossy; ++round) {
      const std::string text = test::random_text(rng, rng.below(60));
      if (text.find("\u2581") != std::string::npos) continue;
      CAPTURE(text);
      REQUIRE(tokenizer->decode(tokenizer->encode(text, {.add_special = false})) == text);
    }
    std::cout << name << ": " << right << " of " << vectors.size() << "\n";
  }
}

}  // namespace
}  // namespace inferlab
