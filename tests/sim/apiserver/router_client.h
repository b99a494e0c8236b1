#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "sim/api/value.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/request_router.h"

namespace inferlab::sim::testing {

using Headers = std::map<std::string, std::string, std::less<>>;

/// A request as the listener would make it of "GET /path?query".
HttpRequest make_request(const std::string& method, const std::string& target,
                         const std::string& body = {}, const Headers& headers = {});

struct JsonAnswer {
  int status = 0;
  Value body;
  HttpResponse raw;
};
/// Asks the router and parses the answer.
JsonAnswer ask(RequestRouter& router, const std::string& method, const std::string& target,
               const std::string& body = {}, const Headers& headers = {});

/// Reads a stream on a thread of its own.
class StreamReader {
 public:
  explicit StreamReader(HttpResponse response);
  ~StreamReader();
  /// Waits until this many lines have come, and gives the one at the end; null when the stream
  /// ended before.
  Value event(std::size_t number);
  std::string line(std::size_t number);
  /// The client goes away.
  void leave() { gone_ = true; }
  /// Waits for the end of the stream and counts its lines.
  std::size_t lines_at_end();

 private:
  struct Sink;
  std::atomic<bool> gone_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace inferlab::sim::testing
