// What the fuzzers found interesting, given to the same functions in every build.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/rng.h"
#include "tests/fuzz/targets.h"

namespace fs = std::filesystem;
using namespace std::string_view_literals;

namespace {

const fs::path kCorpus = fs::path(INFERLAB_SOURCE_DIR) / "tests/fuzz/corpus";
std::string input_now;  // what is being replayed: a file,
std::string bytes_now;  // or these bytes

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// One of the things that a fuzzer does to an input; `other` is another one of the corpus.
std::string changed(std::string text, const std::string& other, inferlab::Rng& rng) {
  constexpr std::string_view kMarks = "{}[]\",:\\/-.0123456789eE%$&*#!?|>@~ \n\t\0\xff\xc3"sv;
  const auto at = static_cast<std::size_t>(rng.below(text.size() + 1));
  const auto length = static_cast<std::size_t>(1 + rng.below(8));
  const char mark = kMarks[rng.below(kMarks.size())];
  switch (rng.below(6)) {
    case 0:
      return text.insert(at, 1, mark);
    case 1:
      return text.erase(at, length);
    case 2:
      if (at < text.size()) text[at] = mark;
      return text;
    case 3:  // twice, or very often
      return text.insert(at, text.substr(at, rng.below(4) == 0 ? 64 : length));
    case 4: {
      const auto from = static_cast<std::size_t>(rng.below(other.size() + 1));
      return text.substr(0, at) + other.substr(from);
    }
    default: {
      const auto from = static_cast<std::size_t>(rng.below(other.size() + 1));
      return text.insert(at, other.substr(from, 4 * length));
    }
  }
}

// Runs `rounds` changed inputs of each target, or less of those that take long; some are changed
// several times over.
void run_changed(int rounds) {
  for (const inferlab::fuzz::FuzzTarget& target : inferlab::fuzz::fuzz_targets()) {
    std::vector<std::string> inputs;
    for (const fs::path& file : files_of(kCorpus / target.name)) inputs.push_back(read(file));
    REQUIRE_FALSE(inputs.empty());
    inferlab::Rng rng(20260105);
    for (int round = 0; round < rounds / target.times_as_long; ++round) {
      input_now = std::string(target.name) + ", changed input " + std::to_string(round);
      std::string text = inputs[rng.below(inputs.size())];
      const std::uint64_t changes = 1 + rng.below(4);
      for (std::uint64_t i = 0; i < changes; ++i) {
        text = changed(std::move(text), inputs[rng.below(inputs.size())], rng);
      }
      if (text.size() > 20'000) text.resize(20'000);
      bytes_now = text;
      target.run(text);
    }
  }
}

}  // namespace

// In place of the library's: says which input it was, and leaves it where it can be looked at.
void inferlab::internal::check_failed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\nreplaying %s\n%s\n", file, line, condition,
               input_now.c_str(), bytes_now.c_str());
  std::_Exit(3);
}

TEST_CASE("fuzz: every target takes every input of its corpus", "[fuzz]") {
  for (const inferlab::fuzz::FuzzTarget& target : inferlab::fuzz::fuzz_targets()) {
    INFO(target.name);
    const std::vector<fs::path> files = files_of(kCorpus / target.name);
    CHECK(files.size() >= 5);
    for (const fs::path& file : files) {
      input_now = file.string();
      target.run(read(file));
    }
    target.run({});
  }
}

TEST_CASE("fuzz: what a few changes make of the corpus is taken too", "[fuzz]") {
  run_changed(300);
}

// Without clang's fuzzer, as good as it gets: ./test --all
TEST_CASE("fuzz: what very many changes make of the corpus is taken too", "[.][fuzz][long]") {
  run_changed(100'000);
}

TEST_CASE("fuzz: there is no corpus without a target, and none is large", "[fuzz]") {
  for (const fs::path& folder : files_of(kCorpus)) {
    INFO(folder.string());
    CHECK(std::ranges::any_of(inferlab::fuzz::fuzz_targets(), [&](const auto& target) {
      return target.name == folder.filename().string();
    }));
    std::uintmax_t bytes = 0;
    for (const fs::path& file : files_of(folder)) bytes += fs::file_size(file);
    CHECK(bytes < 200'000);
  }
}
