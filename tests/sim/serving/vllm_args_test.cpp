#include "sim/serving/vllm_args.h"

#include <catch2/catch.hpp>

namespace inferlab::sim {
namespace {

std::string problem(const std::vector<std::string>& words) {
  const Result<VllmArgs> args = parse_vllm_args(words);
  return args ? "" : args.error().message;
}

TEST_CASE("parse_vllm_args: both spellings of a flag, and vLLM's defaults") {
  const auto args =
      parse_vllm_args({"--model", "m/x", "--port=9000", "--max_model_len", "32k", "-tp", "2",
                       "--gpu-memory-utilization", "0.85", "--served-model-name", "a", "b",
                       "--enable-prefix-caching", "--trust-remote-code", "--dtype", "bfloat16"});
  REQUIRE(args.has_value());
  CHECK(args->model == "m/x");
  CHECK(args->port == 9000);
  CHECK(args->max_model_len == 32000);
  CHECK(args->tensor_parallel_size == 2);
  CHECK(args->gpu_memory_utilization == 0.85);
  CHECK(args->served_name() == "a");
  CHECK(args->max_num_seqs == 256);
  CHECK(args->listens_outside());
  CHECK(parse_vllm_args({"m/y"})->model == "m/y");
  CHECK(parse_vllm_args({"--max-model-len=4K"})->max_model_len == 4096);
}

TEST_CASE(
    "parse_vllm_args: prefix caching is on unless it is switched off, and the last one counts") {
  CHECK(parse_vllm_args({"m"})->enable_prefix_caching);
  CHECK(parse_vllm_args({"m", "--enable-prefix-caching"})->enable_prefix_caching);
  CHECK_FALSE(parse_vllm_args({"m", "--no-enable-prefix-caching"})->enable_prefix_caching);
  CHECK_FALSE(parse_vllm_args({"--no_enable_prefix_caching", "m"})->enable_prefix_caching);
  CHECK(parse_vllm_args({"m", "--no-enable-prefix-caching", "--enable-prefix-caching"})
            ->enable_prefix_caching);
}

TEST_CASE("parse_vllm_args: what argparse refuses") {
  CHECK(problem({"--modle", "x"}) == "api_server.py: error: unrecognized arguments: --modle");
  CHECK(problem({"a", "b"}) == "api_server.py: error: unrecognized arguments: b");
  CHECK(problem({"--port", "http"}) ==
        "api_server.py: error: argument --port: invalid int value: 'http'");
  CHECK(problem({"--port", "70000"}) ==
        "api_server.py: error: argument --port: invalid int value: '70000'");
  CHECK(problem({"--model"}) == "api_server.py: error: argument --model: expected one argument");
  CHECK(problem({"--model", "--port", "8000"}) ==
        "api_server.py: error: argument --model: expected one argument");
  CHECK(problem({"--gpu-memory-utilization=much"}) ==
        "api_server.py: error: argument --gpu-memory-utilization: invalid float value: 'much'");
}

TEST_CASE("vllm_command_of: entrypoint, vllm serve, python -m, a shell, sleep, anything else") {
  using enum VllmCommand::Program;
  const auto of = [](std::vector<std::string> command, std::vector<std::string> args = {}) {
    ContainerView container;
    container.command = std::move(command);
    container.args = std::move(args);
    return vllm_command_of(container);
  };
  const std::vector<std::string> words{"--model", "m"};
  CHECK(of({}, words).words == words);
  CHECK(of({"vllm", "serve"}, words).words == words);
  CHECK(of({"python3", "-m", "vllm.entrypoints.openai.api_server"}, words).words == words);
  CHECK(of({"/bin/sh", "-c"}, {"exec vllm serve 'a b' --port 1"}).words ==
        std::vector<std::string>{"a b", "--port", "1"});
  CHECK(of({"sleep", "infinity"}).program == kSleep);
  CHECK(of({"nginx"}).program == kUnknown);
  CHECK(of({"nginx"}).name == "nginx");
}

}  // namespace
}  // namespace inferlab::sim
