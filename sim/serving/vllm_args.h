#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/views.h"

namespace inferlab::sim {

/// The part of vLLM's engine arguments that a simulated replica heeds; 0 and empty are "not given".
struct VllmArgs {
  std::string model;
  std::string revision;
  std::vector<std::string> served_model_names;
  std::vector<std::string> api_keys;  // empty: everybody gets in
  std::string host;
  int port = 8000;
  std::int64_t max_model_len = 0;
  std::int64_t max_num_seqs = 256;
  std::int64_t max_num_batched_tokens = 2048;
  double gpu_memory_utilization = 0.9;
  int tensor_parallel_size = 1;
  std::int64_t block_size = 16;
  bool enforce_eager = false;
  std::string download_dir;  // where weights are kept; the hub's cache folder when left out
  bool enable_chunked_prefill = true;
  bool enable_prefix_caching = true;

  /// What /v1/models calls the model.
  [[nodiscard]] const std::string& served_name() const {
    return served_model_names.empty() ? model : served_model_names.front();
  }
  /// Whether clients outside the pod reach the server.
  [[nodiscard]] bool listens_outside() const { return host != "127.0.0.1" && host != "localhost"; }
};

/// What a container of a vLLM image was told to run.
struct VllmCommand {
  enum class Program : std::uint8_t {
    kServer,  // `vllm serve MODEL …`, `python3 -m vllm.entrypoints.openai.api_server …`, or args
              // only
    kSleep,    // `sleep N`
    kUnknown,  // something else: `name` cannot be executed here
  };
  Program program = Program::kServer;
  std::string name;
  std::vector<std::string> words;  // the server's arguments
};

/// Reads command and args; a shell's `-c` line is taken apart at blanks and quotes.
VllmCommand vllm_command_of(const ContainerView& container);

/// Reads the server's arguments: "--flag value", "--flag=value", '_' for '-', a positional model.
/// Defaults and names: vLLM documentation, "Engine Arguments". kInvalid with argparse's sentence
/// for an unknown flag, a missing value or one of the wrong type: the process ends with status 2.
Result<VllmArgs> parse_vllm_args(const std::vector<std::string>& words);

}  // namespace inferlab::sim
