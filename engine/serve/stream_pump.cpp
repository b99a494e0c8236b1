#include "engine/serve/stream_pump.h"

#include <httplib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace inferlab {
namespace {

constexpr std::uint64_t kWakeUp = 0;  // no stream's id

Error no_descriptors(int error) {
  return Error{ErrorKind::kUnavailable,
               "server: cannot watch connections: " + std::generic_category().message(error),
               "raise the limit of open files (ulimit -n)"};
}

}  // namespace

Result<std::unique_ptr<StreamPump>> StreamPump::start() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return no_descriptors(errno);
  const int wake_up = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  // Edges alone are told, so that nobody has to read the counter.
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.u64 = kWakeUp}};
  if (wake_up < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wake_up, &event) != 0) {
    const Error error = no_descriptors(errno);
    if (wake_up >= 0) close(wake_up);
    close(epoll);
    return error;
  }
  return std::unique_ptr<StreamPump>(new StreamPump(epoll, wake_up));
}

StreamPump::StreamPump(int epoll, int wake_up)
    : epoll_(epoll), wake_up_(wake_up), thread_([this] { run(); }) {}

StreamPump::~StreamPump() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  wake();
  thread_.join();
  close(wake_up_);
  close(epoll_);
}

bool StreamPump::deliver(CompletionReply& answer, httplib::Stream& connection) {
  const auto stream = std::make_shared<EventStream>(answer, connection);
  const int socket = connection.socket();
  const std::optional<Id> id = add(stream, socket);
  if (!id) {
    return stream->end_with({.status = 503, .message = "server: cannot watch the connection"});
  }
  const auto resume = [this, stream] { schedule(stream); };
  answer.listen(resume);
  resume();  // something may have come before anybody listened
  const bool written = stream->serve(resume);
  answer.listen({});
  remove(*id, socket);
  return written;
}

std::optional<StreamPump::Id> StreamPump::add(const std::shared_ptr<EventStream>& stream,
                                              int socket) {
  Id id = 0;
  bool stopping = false;
  {
    const std::scoped_lock lock(mutex_);
    id = ++last_id_;
    streams_[id] = stream;
    stopping = stopping_;
  }
  if (stopping) stream->stop();
  // A client that has closed its side counts as gone, see client_is_connected().
  epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT, .data = {.u64 = id}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0) return id;
  const std::scoped_lock lock(mutex_);
  streams_.erase(id);
  return std::nullopt;
}

void StreamPump::remove(Id id, int socket) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  const std::scoped_lock lock(mutex_);
  streams_.erase(id);
}

void StreamPump::stop() {
  Streams streams;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    for (const auto& [id, stream] : streams_) streams.push_back(stream);
  }
  // Without the lock: an engine's thread may hold it up that waits for what a stream's lock covers.
  for (const auto& stream : streams) stream->stop();
}

void StreamPump::schedule(const std::shared_ptr<EventStream>& stream) {
  bool was_asleep = false;
  {
    const std::scoped_lock lock(mutex_);
    ready_.push_back(stream);
    std::swap(was_asleep, asleep_);
  }
  if (was_asleep) wake();
}

void StreamPump::wake() {
  const std::uint64_t one = 1;
  // A full counter is no loss: then the thread is awake.
  static_cast<void>(!write(wake_up_, &one, sizeof one));
}

bool StreamPump::take(Streams& ready) {
  ready.clear();
  const std::scoped_lock lock(mutex_);
  std::swap(ready, ready_);
  asleep_ = ready.empty();
  return !ending_;
}

void StreamPump::client_left(Id id) {
  std::shared_ptr<EventStream> stream;
  {
    const std::scoped_lock lock(mutex_);
    // Who has just been removed may still be among the events.
    const auto found = streams_.find(id);
    if (found == streams_.end()) return;
    stream = found->second;
  }
  stream->client_left();
}

void StreamPump::run() {
  std::string scratch;
  Streams ready;
  std::array<epoll_event, 64> events = {};
  while (take(ready)) {
    for (const auto& stream : ready) stream->advance(scratch);
    const int patience = ready.empty() ? -1 : 0;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience);
    for (int i = 0; i < count; ++i) {
      const Id id = events[static_cast<std::size_t>(i)].data.u64;
      if (id != kWakeUp) client_left(id);
    }
  }
}

}  // namespace inferlab
