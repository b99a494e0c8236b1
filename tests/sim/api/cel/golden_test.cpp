#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/sim/api/cel/cel_world.h"

namespace {

namespace cel = inferlab::sim::cel;

// tests/golden/cel_values: lines "expression => what it comes to", comments and blank lines.
// INFERLAB_REWRITE=1 writes what they come to.
void run_table(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string rewritten, line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::size_t arrow = line.rfind(" => ");
    if (line.empty() || line.front() == '#') {
      rewritten += line + "\n";
      continue;
    }
    const std::string expression = line.substr(0, arrow);
    const std::string actual = cel::outcome(expression, {}, {});
    rewritten += expression + " => " + actual + "\n";
    INFO(path.filename().string() << ":" << number << ": " << expression);
    CHECK(actual == (arrow == std::string::npos ? std::string() : line.substr(arrow + 4)));
  }
  if (std::getenv("INFERLAB_REWRITE") != nullptr) std::ofstream(path) << rewritten;
}

}  // namespace

TEST_CASE("CEL: expressions come to what the tables say", "[golden]") {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = INFERLAB_SOURCE_DIR "/tests/golden/cel_values";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() > 5);
  for (const std::filesystem::path& file : files) run_table(file);
}

TEST_CASE("CEL: rules over documents are those of the golden cases", "[golden]") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("cel", cel::make_cel_world)) {
    FAIL_CHECK(failure);
  }
}
