#include "sim/node/curl.h"

#include <fmt/format.h>

namespace inferlab::sim {
namespace {

std::string written_out(std::string text, int status) {
  const auto replace = [&text](std::string_view what, const std::string& by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
      text.replace(at, what.size(), by);
    }
  };
  replace("%{http_code}", fmt::format("{:03}", status));
  replace("\\n", "\n");
  return text;
}

}  // namespace

HttpCall curl_request(const CurlCommand& curl, const std::string& ns) {
  return {.ns = ns,
          .host = curl.host,
          .port = curl.port,
          .method = curl.method,
          .path = curl.path,
          .body = curl.body,
          .api_key = curl.api_key,
          .connect_time = curl.connect_timeout,
          .max_time = curl.max_time};
}

ShellRun::Ended curl_ended(const CurlCommand& curl, const HttpReply& reply, Duration took) {
  using End = HttpReply::End;
  const auto milliseconds = took / 1ms;
  int code = 0;
  std::string message;
  switch (reply.end) {
    case End::kAnswered:
      if (curl.fails_on_error && reply.status >= 400) {
        code = 22;
        message = fmt::format("The requested URL returned error: {}", reply.status);
      }
      break;
    case End::kUnresolved:
      code = 6;
      message = fmt::format("Could not resolve host: {}", curl.host);
      break;
    case End::kRefused:
      code = 7;
      message =
          fmt::format("Failed to connect to {} port {} after {} ms: Could not connect to server",
                      curl.host, curl.port, milliseconds);
      break;
    case End::kConnectTimedOut:
      code = 28;
      message = fmt::format("Connection timed out after {} milliseconds", milliseconds);
      break;
    case End::kTimedOut:
      code = 28;
      message = fmt::format("Operation timed out after {} milliseconds with 0 bytes received",
                            milliseconds);
      break;
    case End::kCut:
      code = 52;
      message = "Empty reply from server";
      break;
  }
  ShellRun::Ended out{.status = code};
  if (code == 0 && !curl.drops_body) out.output = reply.body;
  if (code != 0 && (!curl.is_silent || curl.shows_error)) {
    out.errors = fmt::format("curl: ({}) {}", code, message);
  }
  if (!curl.write_out.empty()) {
    std::string text = written_out(curl.write_out, reply.status);
    if (text.ends_with('\n')) text.pop_back();
    out.output += text;
  }
  return out;
}

}  // namespace inferlab::sim
