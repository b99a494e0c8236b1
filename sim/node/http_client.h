#pragma once

#include <functional>
#include <string>

#include "engine/base/time.h"

namespace inferlab::sim {

/// A request that a process in a Pod makes, over plain HTTP.
struct HttpCall {
  std::string ns;    // of the Pod
  std::string host;  // as the process names it: "vllm", "vllm.chat.svc"
  int port = 80;
  std::string method = "GET", path = "/", body = {};
  std::string api_key = {};  // the bearer token; empty: none
  Duration connect_time{};   // how long it waits for a connection; 0: as the kernel does
  Duration max_time{};       // how long for everything; 0: for ever
};

/// What the process sees of it, and when.
struct HttpReply {
  enum class End : std::uint8_t {
    kAnswered,
    kUnresolved,       // no such name
    kRefused,          // nobody listens, or the Service has no endpoint
    kConnectTimedOut,  // nobody is there
    kTimedOut,         // max_time is over
    kCut,              // the server went away under it
  };
  End end = End::kAnswered;
  int status = 0;
  std::string body = {};
};

/// The cluster's network as a process in a Pod can use it. Outlives the workloads.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// `done` is called once, later, when the answer is there or there will be none.
  virtual void send(HttpCall call, std::function<void(const HttpReply&)> done) = 0;
};

}  // namespace inferlab::sim
