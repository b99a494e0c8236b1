// What `inferlab bench engine` is made of. The peer itself is no test's business: it comes from a
// registry.

#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "engine/backend/cpu/thread_pool.h"
#include "labs/bench/engine/busy_processes.h"
#include "labs/bench/engine/engine_cases.h"
#include "labs/bench/run_program.h"
#include "temp_dir.h"

namespace inferlab::labs {
namespace {

const auto kNever = [] { return false; };

TEST_CASE("run_program: gives stdout back, and says what went wrong") {
  CHECK(run_program({"echo", "a", "$HOME"}, "/", 10s, kNever).value() == "a $HOME\n");
  CHECK(run_program({"pwd"}, "/usr", 10s, kNever).value() == "/usr\n");
  const auto failing = run_program({"false"}, "/", 10s, kNever);
  REQUIRE_FALSE(failing);
  CHECK(failing.error().message == "false: failed");
  CHECK_FALSE(run_program({"no-such-program"}, "/", 10s, kNever));
  CHECK(run_program({"sleep", "60"}, "/", 100ms, kNever).error().message ==
        "sleep: was not done in time");
  CHECK(run_program({"sleep", "60"}, "/", 60s, [] { return true; }).error().message ==
        "sleep: stopped");
}

TEST_CASE("engine cases: each names a file, and no task twice of one file") {
  std::set<std::string> files;
  for (const EngineFile& file : engine_files()) files.emplace(file.name);
  CHECK(files.size() == engine_files().size());
  std::set<std::string> seen;
  for (const EngineCase& each : engine_cases()) {
    CHECK(files.contains(std::string(each.file)));
    CHECK(seen.insert(std::string(each.file) + std::string(to_string(each.task))).second);
  }
}

TEST_CASE("BusyProcesses: there while it lives, and gone after") {
  std::vector<pid_t> children;
  {
    const BusyProcesses others(3);
    std::ifstream file("/proc/self/task/" + std::to_string(::gettid()) + "/children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
    CHECK(children.size() == 3);
    for (const pid_t child : children) CHECK(::kill(child, 0) == 0);
  }
  for (const pid_t child : children) CHECK(::kill(child, 0) != 0);
}

TEST_CASE("measure_engine: a time for each task") {
  const TempDir folder;
  const auto bytes = random_model_bytes({.max_model_len = 1024});
  const std::string path = folder.write(
      "model.gguf", std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  const EngineTask tasks[] = {EngineTask::kPrefill, EngineTask::kDecode, EngineTask::kEight,
                              EngineTask::kBusy};
  const auto measured = measure_engine(path, tasks, 2);
  REQUIRE(measured);
  REQUIRE(measured->size() == 4);
  for (const EngineTime& time : *measured) {
    CHECK(time.ms > 0);
    CHECK(time.cores >= 0);
    CHECK(time.cores <= cpu::available_processors());
  }
  CHECK_FALSE(measure_engine(folder.path() + "/none.gguf", tasks, 2));
}

}  // namespace
}  // namespace inferlab::labs
