#include "engine/serve/event_stream.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>

namespace inferlab {
namespace {

/// Room before the events of a chunk for its size: 16 digits and the end of the line.
constexpr std::size_t kSizeRoom = 18;
/// What a client that reads slowly gets of what was written for it once the server stops.
constexpr auto kLastPatience = 5s;

/// The chunk of what `text` holds behind kSizeRoom; it is within `text`. The digits are the
/// library's, lower case.
std::string_view framed(std::string& text) {
  std::array<char, kSizeRoom> size = {};
  const auto [end, code] =
      std::to_chars(size.data(), size.data() + size.size() - 2, text.size() - kSizeRoom, 16);
  const auto num_digits = static_cast<std::size_t>(end - size.data());
  const std::size_t begin = kSizeRoom - 2 - num_digits;
  std::copy(size.data(), end, text.begin() + static_cast<std::ptrdiff_t>(begin));
  text[kSizeRoom - 2] = '\r';
  text[kSizeRoom - 1] = '\n';
  text += "\r\n";
  return std::string_view(text).substr(begin);
}

}  // namespace

EventStream::EventStream(CompletionReply& answer, httplib::Stream& connection)
    : answer_(answer), connection_(connection) {}

bool EventStream::serve(const std::function<void()>& resume) {
  const bool written = serve_turns(resume);
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  if (!written) answer_.set_status(499);
  return written;
}

bool EventStream::serve_turns(const std::function<void()>& resume) {
  while (true) {
    switch (wait()) {
      case Call::kGone:
        return false;
      case Call::kOver:
        return true;
      case Call::kStopped:
        return write_stop();
      case Call::kBlocked:
        // advance() lets `rest_` alone while it holds something.
        if (!write_all(rest_)) return false;
        {
          const std::scoped_lock lock(mutex_);
          rest_.clear();
        }
        resume();
    }
  }
}

EventStream::Call EventStream::wait() {
  std::unique_lock lock(mutex_);
  called_.wait(lock, [this] { return is_called(); });
  if (!rest_.empty()) return gone_ ? Call::kGone : Call::kBlocked;
  if (over_) return Call::kOver;  // a client may leave once it has read the last event
  return gone_ ? Call::kGone : Call::kStopped;
}

bool EventStream::write_stop() {
  std::string text(kSizeRoom, '\0');
  {
    const std::scoped_lock lock(mutex_);  // with stopped_, advance() writes no more
    append_news(text);
    if (!over_) append_failure(text, shutting_down());
  }
  return write_all(framed(text));
}

bool EventStream::end_with(const ApiError& error) {
  std::string text(kSizeRoom, '\0');
  append_failure(text, error);
  return write_all(framed(text));
}

bool EventStream::write_all(std::string_view bytes) {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> end;
  while (!bytes.empty()) {
    if (!end && is_stopped()) end = Clock::now() + kLastPatience;
    if (end && Clock::now() > *end) return false;
    const ssize_t written = connection_.write(bytes.data(), bytes.size());
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void EventStream::advance(std::string& scratch) {
  const std::scoped_lock lock(mutex_);
  if (closed_ || is_called()) return;
  scratch.assign(kSizeRoom, '\0');
  append_news(scratch);
  if (scratch.size() > kSizeRoom) send_now(framed(scratch));
  if (is_called()) called_.notify_one();
}

void EventStream::append_news(std::string& out) {
  if (!answer_.take()) return;
  answer_.append_events(out);
  if (answer_.error()) append_failure(out, *answer_.error());
  over_ = answer_.done();
}

void EventStream::append_failure(std::string& out, const ApiError& error) {
  answer_.set_status(error.status);
  out += sse(error_body(error));
  out += kSseDone;
}

void EventStream::send_now(std::string_view bytes) {
  const ssize_t sent =
      send(connection_.socket(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    gone_ = true;
    over_ = false;  // what was to be the last event has not been written
    return;
  }
  rest_ = bytes.substr(static_cast<std::size_t>(std::max<ssize_t>(0, sent)));
}

bool EventStream::is_stopped() {
  const std::scoped_lock lock(mutex_);
  return stopped_;
}

void EventStream::client_left() {
  const std::scoped_lock lock(mutex_);
  gone_ = true;
  called_.notify_one();
}

void EventStream::stop() {
  const std::scoped_lock lock(mutex_);
  stopped_ = true;
  called_.notify_one();
}

}  // namespace inferlab
