#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/selector.h"
#include "sim/api/views.h"

namespace inferlab::labs::lint {

/// Nodes of one kind.
struct ContextPool {
  std::string name;
  std::int64_t nodes = 0;
  sim::Labels labels;
  std::vector<sim::Taint> taints;
  bool spot = false;
  std::int64_t gpus_per_node = 0;
  double gpu_memory_gib = 0;  // of one GPU
};

struct ContextModel {
  double weights_gib = 0;       // with 16 bits a weight
  double kv_mib_per_token = 0;  // with 16 bits an element; 0: not stated
  double cold_seconds = 0;      // to load it where no cache has it; 0: not stated
};

/// What there is where the files are to be applied: facts that no manifest shows. Every part may be
/// left out, and what is left out is not judged.
struct Context {
  std::string kubernetes;  // "1.32"; empty: not stated
  std::vector<ContextPool> pools;
  std::map<std::string, ContextModel, std::less<>> models;
  double runtime_overhead_gib_per_gpu = 1.5;
  std::optional<double> max_generation_seconds;
  /// Access modes that each class can give.
  std::optional<std::map<std::string, std::vector<std::string>, std::less<>>> storage_classes;
  std::optional<std::vector<std::string>> priority_classes;
  std::optional<std::vector<std::string>> metrics;
  std::optional<std::vector<std::string>> approved_registries;  // what images begin with

  /// nullptr when it is not there.
  [[nodiscard]] const ContextModel* model(std::string_view name) const;
};

/// Reads a context file. kInvalid is "FILE:LINE:COLUMN: FIELD: WHY"; unknown fields are refused.
Result<Context> load_context(const std::string& path);

}  // namespace inferlab::labs::lint
