// The arguments of programs that containers run, a word each line: vLLM's, and stress-ng's.
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/node/busy_workload.h"
#include "sim/serving/vllm_args.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_program_args(std::string_view bytes) {
  std::vector<std::string> words{std::string()};
  for (const char c : bytes) {
    if (c == '\n') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  sim::ContainerView container;
  container.command = {"sh", "-c", std::string(bytes)};
  (void)sim::vllm_command_of(container);
  container.command = words;
  (void)sim::vllm_command_of(container);
  if (const auto stress = sim::parse_stress_args(words)) {
    INFERLAB_CHECK(stress->cpus >= 0 && stress->timeout >= Duration{0});
  }
  const auto args = sim::parse_vllm_args(words);
  if (!args) {
    INFERLAB_CHECK(args.error().kind == ErrorKind::kInvalid && !args.error().message.empty());
    return;
  }
  // The rest is looked at when the server starts, as vLLM does it.
  INFERLAB_CHECK(args->port >= 1 && args->port <= 65535);
  INFERLAB_CHECK(args->tensor_parallel_size >= 1 && args->block_size >= 1);
  INFERLAB_CHECK(!args->model.empty());
}

}  // namespace inferlab::fuzz
