#include "labs/bench/engine/peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "labs/bench/engine/busy_processes.h"
#include "labs/bench/run_program.h"
#include "labs/spec/data_dirs.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

constexpr std::size_t kMaxPackageBytes = 1 << 20;

/// The version that package.json of an installed package gives.
Result<std::string> installed_version(const std::filesystem::path& folder) {
  const std::string file = (folder / "node_modules" / "node-llama-cpp" / "package.json").string();
  INFERLAB_TRY(const std::string text, read_text_file(file, kMaxPackageBytes));
  INFERLAB_TRY(const sim::Value package, sim::parse_json(text));
  return package["version"].str();
}

}  // namespace

Result<Peer> Peer::find(const std::function<bool()>& stopped) {
  INFERLAB_TRY(const std::string source, find_data("bench/peers/llama_cpp"));
  INFERLAB_TRY(const std::string cache, user_cache_dir());
  const std::filesystem::path folder = std::filesystem::path(cache) / "bench" / "llama_cpp";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const char* file : {"package.json", "measure.mjs"}) {
    std::filesystem::copy_file(std::filesystem::path(source) / file, folder / file,
                               std::filesystem::copy_options::overwrite_existing, error);
    if (error) {
      return Error{ErrorKind::kUnavailable, (folder / file).string() + ": cannot be written"};
    }
  }
  if (!installed_version(folder)) {
    // The binaries for other machines and for GPUs are its optional dependencies.
    const Result<std::string> installed =
        run_program({"npm", "install", "--no-package-lock", "--omit=optional", "--ignore-scripts",
                     "--no-audit", "--no-fund"},
                    folder.string(), 300s, stopped);
    if (!installed) {
      return Error{ErrorKind::kUnavailable,
                   "llama.cpp: is not installed: " + installed.error().message,
                   "install nodejs and npm, and be online once"};
    }
  }
  INFERLAB_TRY(const std::string version, installed_version(folder));
  return Peer(folder.string(), "node-llama-cpp " + version);
}

Result<std::vector<EngineTime>> Peer::measure(const std::string& path,
                                              std::span<const EngineTask> tasks, int num_threads,
                                              const std::function<bool()>& stopped) const {
  // What makes the others busy must not be there for the other tasks.
  std::vector<EngineTask> quiet;
  std::ranges::copy_if(tasks, std::back_inserter(quiet),
                       [](EngineTask task) { return task != EngineTask::kBusy; });
  INFERLAB_TRY(std::vector<EngineTime> out, run(path, quiet, num_threads, stopped));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i] != EngineTask::kBusy) continue;
    const BusyProcesses others(kNumBusyProcesses);
    INFERLAB_TRY(const std::vector<EngineTime> busy,
                 run(path, tasks.subspan(i, 1), num_threads, stopped));
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(i), busy.front());
  }
  return out;
}

Result<std::vector<EngineTime>> Peer::run(const std::string& path,
                                          std::span<const EngineTask> tasks, int num_threads,
                                          const std::function<bool()>& stopped) const {
  if (tasks.empty()) return std::vector<EngineTime>{};
  std::vector<std::string> words = {"node", "measure.mjs", path, std::to_string(num_threads)};
  for (const EngineTask task : tasks) words.emplace_back(to_string(task));
  INFERLAB_TRY(const std::string text, run_program(words, folder_, 600s, stopped));
  INFERLAB_TRY(const sim::Value answer, sim::parse_json(text));
  std::vector<EngineTime> out;
  for (const EngineTask task : tasks) {
    const sim::Value& time = answer[to_string(task)];
    if (!time["ms"].is_number() || !time["cores"].is_number()) {
      return Error{ErrorKind::kUnavailable, fmt::format("{}: {}: no answer", name_, path)};
    }
    out.push_back({.ms = time["ms"].as_double(), .cores = time["cores"].as_double()});
  }
  return out;
}

}  // namespace inferlab::labs
