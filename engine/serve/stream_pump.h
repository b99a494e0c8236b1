#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/result.h"
#include "engine/serve/completion_reply.h"
#include "engine/serve/event_stream.h"

namespace inferlab {

/// One thread that writes the events of all streams. A step of the engine brings a token to each of
/// them: to wake as many threads would cost several times what the writing does. It waits for no
/// client; whoever has no room is left to its connection's own thread. It also hears first when a
/// client leaves, so that nobody has to ask.
class StreamPump {
 public:
  /// kUnavailable: the system has no more descriptors.
  static Result<std::unique_ptr<StreamPump>> start();
  /// All calls of deliver() must have returned.
  ~StreamPump();
  StreamPump(const StreamPump&) = delete;
  StreamPump& operator=(const StreamPump&) = delete;

  /// Writes the answer to its end, which is when it returns. False: the client has left or takes
  /// nothing. Called from the connection's thread once the head of the response is written.
  bool deliver(CompletionReply& answer, httplib::Stream& connection);
  /// From now on answers end with an error, those under way too.
  void stop();

 private:
  using Streams = std::vector<std::shared_ptr<EventStream>>;
  using Id = std::uint64_t;

  StreamPump(int epoll, int wake_up);
  void run();
  /// What is to be done, in place of what `ready` held; false at the end.
  bool take(Streams& ready);
  void schedule(const std::shared_ptr<EventStream>& stream);
  void client_left(Id id);
  /// Nothing: the system refuses to watch the socket.
  std::optional<Id> add(const std::shared_ptr<EventStream>& stream, int socket);
  void remove(Id id, int socket);
  void wake();

  const int epoll_;    // of the streams' sockets and of
  const int wake_up_;  // an eventfd
  std::mutex mutex_;   // of what follows
  std::map<Id, std::shared_ptr<EventStream>> streams_;
  Streams ready_;
  Id last_id_ = 0;
  bool asleep_ = false;
  bool stopping_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace inferlab
