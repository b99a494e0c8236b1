#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/serve/serve_options.h"
#include "labs/session/driver.h"

namespace inferlab::labs {

class RealEngine;

/// The real engines behind simulated Pods. Every simulated LLM server that serves (its model is
/// loaded, its port is open) on a node of a local pool gets an engine of its own with the options
/// of its container's arguments, over the embedded model, on a free port of 127.0.0.1; it ends with
/// the server. What the engine logs is in the Pod's log.
///
/// A thread of its own compares what should run with what runs, ten times a second and whenever
/// somebody waits. port_of() and stop() from any thread but the run's.
class LiveReplicas {
 public:
  /// `model_path` is the embedded model's GGUF. The driver must outlive this.
  LiveReplicas(Driver& driver, std::string model_path);
  ~LiveReplicas();  // stops all
  LiveReplicas(const LiveReplicas&) = delete;
  LiveReplicas& operator=(const LiveReplicas&) = delete;

  /// A server: its Pod and the port that it listens on there.
  struct Name {
    std::string ns, pod;
    int port = 0;
    auto operator<=>(const Name&) const = default;
  };
  /// The port of 127.0.0.1 where the server's engine listens. Waits up to `patience` for one that
  /// is starting; nullopt: the server is not backed by an engine.
  std::optional<int> port_of(const Name& name, std::chrono::milliseconds patience);
  void stop();

 private:
  struct Wanted {
    Name name;
    std::string uid;
    ServeOptions options;
  };
  struct Running {
    std::string uid;
    std::unique_ptr<RealEngine> engine;  // null: it could not be started, as the Pod's log says
  };

  void run();
  void reconcile();
  [[nodiscard]] std::vector<Wanted> wanted() const;  // on the run's thread
  std::unique_ptr<RealEngine> start_one(const Wanted& replica);

  Driver& driver_;
  std::string model_path_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::map<Name, Running> running_;
  std::thread thread_;
};

}  // namespace inferlab::labs
