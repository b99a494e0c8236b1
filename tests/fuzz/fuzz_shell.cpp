// Commands of containers: the words of one, a line each. What is read is carried out, too.
#include <memory>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/node/shell_run.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_shell(std::string_view bytes) {
  const std::string line(bytes);
  std::vector<std::string> words{std::string()};
  for (const char c : bytes) {
    if (c == '\n') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  for (const std::vector<std::string>& command : {words, {"sh", "-c", line}}) {
    auto script = sim::ShellScript::of_command(command);
    if (!script) continue;
    sim::Simulation simulation(1);
    sim::Files written(simulation);
    const std::vector<sim::ContainerFiles::Mount> mounts{
        {.path = "", .place = "layer"}, {.path = "/d", .place = "volume", .read_only = true}};
    sim::ShellRun run(std::move(*script),
                      {.environment = {{"A", "1"}},
                       .hostname = "h",
                       .files = std::make_shared<sim::ContainerFiles>(written, mounts)});
    for (int i = 0; i < 200; ++i) {
      const sim::ShellRun::Step step = run.next(Time{});
      INFERLAB_CHECK(step.kind != sim::ShellRun::Step::Kind::kUnknown);
      INFERLAB_CHECK(step.time >= Duration{0} && step.code >= 0 && step.code < 256);
      if (step.kind == sim::ShellRun::Step::Kind::kExit) break;
    }
  }
}

}  // namespace inferlab::fuzz
