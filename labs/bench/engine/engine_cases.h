#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/random_model.h"

namespace inferlab::labs {

/// What is measured of an engine on a model file. The peer's script knows the same names.
enum class EngineTask : std::uint8_t {
  kDecode,   ///< a token of one sequence after a prompt of 8
  kEight,    ///< a step in which each of eight sequences gets a token
  kPrefill,  ///< a prompt of 512 tokens
  kBusy,     ///< a token of one sequence while four other processes want the cores
};
/// "decode", "eight", "prefill", "busy".
std::string_view to_string(EngineTask task);

/// A file of a real model's shape with random weights: speed does not depend on what they are.
struct EngineFile {
  std::string_view name;  ///< of the file, and for people
  RandomModelShape shape;
};
std::span<const EngineFile> engine_files();

struct EngineCase {
  std::string_view file;
  EngineTask task;
  double asked;  ///< how many times the peer's speed; 0: nothing
};
std::span<const EngineCase> engine_cases();

/// The file in XDG_CACHE_HOME/inferlab/bench, written now if it is not there.
Result<std::string> engine_file_path(const EngineFile& file);

struct EngineTime {
  double ms = 0;
  double cores = 0;  ///< that the engine could have had meanwhile
};

/// What the engine needs on this machine, one for each task.
Result<std::vector<EngineTime>> measure_engine(const std::string& path,
                                               std::span<const EngineTask> tasks, int num_threads);

/// Processes beside which EngineTask::kBusy is measured.
inline constexpr int kNumBusyProcesses = 4;

}  // namespace inferlab::labs
