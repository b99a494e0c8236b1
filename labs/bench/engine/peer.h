#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/bench/engine/engine_cases.h"

namespace inferlab::labs {

/// llama.cpp as node-llama-cpp's prebuilt binary, which npm installs: bench/peers/llama_cpp.
class Peer {
 public:
  /// In XDG_CACHE_HOME/inferlab/bench/llama_cpp, installed now if it is not there. kUnavailable
  /// without Node.js, npm or a registry.
  static Result<Peer> find(const std::function<bool()>& stopped);

  /// As measure_engine(), in a process of its own.
  Result<std::vector<EngineTime>> measure(const std::string& path,
                                          std::span<const EngineTask> tasks, int num_threads,
                                          const std::function<bool()>& stopped) const;

  /// "node-llama-cpp 3.22.1".
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Result<std::vector<EngineTime>> run(const std::string& path, std::span<const EngineTask> tasks,
                                      int num_threads, const std::function<bool()>& stopped) const;
  Peer(std::string folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}

  std::string folder_;
  std::string name_;
};

}  // namespace inferlab::labs
