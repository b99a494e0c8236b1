#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/serve/engine.h"
#include "engine/serve/http_server.h"
#include "labs/checks/llm_containers.h"

namespace inferlab::labs {

/// Path of the model that ships with the program.
Result<std::string> embedded_model();

/// What `inferlab serve` would be told to stand in for this container: its names, its key, its
/// lengths (no more than the model at `model_path` has), on a free port of 127.0.0.1.
ServeOptions serve_options_for(const LlmContainer& server, const std::string& model_path);

/// The real engine in this process, behind its own HTTP server on loopback. Stops when it goes.
class RealEngine {
 public:
  /// `log` gets what the engine says; from its threads. kInvalid: the engine refuses the options.
  static Result<RealEngine> start(const ServeOptions& options, const LogSink& log = {});
  [[nodiscard]] int port() const { return server_->port(); }

 private:
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<HttpServer> server_;  // after the engine: it stops first
};

}  // namespace inferlab::labs
