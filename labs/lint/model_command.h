#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::labs::lint {

/// One option of a command line: `--model X`, `--model=X`, `-tp 4`.
struct Option {
  std::string name;   // without dashes, '_' as '-': "max-model-len"
  std::string value;  // empty: none follows
  std::string path;   // of the word that holds the value, in the container: "args[1]"
};

/// What the command line and the environment of a container say of the model that it runs: vLLM's
/// options, and those of the other servers where they have another name for the same thing.
/// Source: vLLM documentation, "Engine Arguments" and "Parallelism and Scaling"; Text Generation
/// Inference, "text-generation-launcher arguments"; SGLang, "Server Arguments".
struct ModelCommand {
  std::string server;  // "vllm", "tgi", "sglang" …; "": only the options tell
  std::vector<Option> options;
  /// The model as it is named; empty: nothing says.
  std::string model;
  std::string model_path;  // of the word that names it, in the container; "args" where none does
  std::string revision;
  double gpu_memory_utilization = 0.9;  // vLLM's own unless stated
  std::optional<double> stated_utilization;
  std::int64_t tensor_parallel = 1, pipeline_parallel = 1, data_parallel = 1;
  std::optional<std::int64_t> max_model_len;
  std::string quantization, kv_cache_dtype;
  /// It is told to run without a GPU, or its image can do nothing else.
  bool on_cpu = false;

  [[nodiscard]] std::int64_t parallel_size() const {
    return tensor_parallel * pipeline_parallel * data_parallel;
  }
  /// The model comes from a hub: "org/name", no path and no URL.
  [[nodiscard]] bool is_hub_id() const;
  /// nullptr when it is not there; of one that is repeated the last.
  [[nodiscard]] const Option* option(std::string_view name) const;
};

/// The options of a container's command and args; a shell's -c line is taken apart. `path` of each
/// is within the container.
std::vector<Option> options_of(const sim::Value& container);

/// nullopt: it runs no model.
std::optional<ModelCommand> model_command_of(const sim::Value& container);

}  // namespace inferlab::labs::lint
