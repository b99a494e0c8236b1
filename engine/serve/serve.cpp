#include "engine/serve/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "engine/serve/engine.h"
#include "engine/serve/http_server.h"

namespace inferlab {
namespace {

/// Lets the answers under way come to their end.
void drain(HttpServer& server, const Engine& engine, Duration most) {
  server.begin_drain();
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (server.num_open() > 0 && !engine.failure() &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Result<void> serve_until(const ServeOptions& options, const std::function<bool()>& should_stop,
                         const LogSink& log, const std::function<void(int port)>& on_port,
                         const RequestSink& sink) {
  const auto say = [&log](LogLevel level, const std::string& text) {
    if (log) log(level, text);
  };
  say(LogLevel::kInfo, fmt::format("Started server process [{}]", getpid()));
  INFERLAB_TRY(const std::unique_ptr<HttpServer> server, HttpServer::start(options, log, sink));
  if (on_port) on_port(server->port());
  say(LogLevel::kInfo, "Loading model " + options.model);
  Result<std::unique_ptr<Engine>> engine = Engine::load(options, log);
  if (!engine) return std::move(engine).error();
  server->attach(**engine);
  say(LogLevel::kInfo, "Application startup complete.");
  say(LogLevel::kInfo, fmt::format("Listening on http://{}:{}", options.host, server->port()));

  while (!should_stop() && !(*engine)->failure()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const std::optional<Error> failure = (*engine)->failure();
  say(LogLevel::kInfo, fmt::format("Shutting down: {} answers under way", server->num_open()));
  if (!failure) drain(*server, **engine, options.shutdown_timeout);
  // The server first: its replies still need the engine. Both before the engine is destroyed.
  server->stop();
  (*engine)->stop();
  say(LogLevel::kInfo, "Application shutdown complete.");
  if (failure) return *failure;
  return {};
}

}  // namespace inferlab
