// One scenario and seed give one event log: in every build, whatever its optimisation, its
// sanitizer and the number of cores. Each preset's ./test compares with the same text.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "labs/bench/reference_run.h"

using namespace inferlab::labs;

TEST_CASE("reference run: its hash is the one that is written down") {
  const std::string path = std::string(INFERLAB_SOURCE_DIR) + "/tests/labs/expected/run_hash.txt";
  const std::string hash = fmt::format("{:016x}", reference_run_hash(kReferenceSeed));
  // A change of behaviour changes it; INFERLAB_REWRITE=1 writes the new one down.
  if (std::getenv("INFERLAB_REWRITE") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(path) << hash << '\n';
  }
  std::string expected;
  std::ifstream(path) >> expected;
  CHECK(hash == expected);
}

TEST_CASE("reference run: runs on two threads at once do not touch each other") {
  const std::uint64_t alone = reference_run_hash(kReferenceSeed);
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  {
    const std::jthread one([&first] { first = reference_run_hash(kReferenceSeed); });
    const std::jthread other([&second] { second = reference_run_hash(kReferenceSeed); });
  }
  CHECK(first == alone);
  CHECK(second == alone);
}

TEST_CASE("reference run: another seed is another run") {
  CHECK(reference_run_hash(1) != reference_run_hash(2));
}
