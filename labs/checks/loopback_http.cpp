#include "labs/checks/loopback_http.h"

#include <fmt/format.h>
#include <httplib.h>

namespace inferlab::labs {
namespace {

constexpr int kTimeoutSeconds = 60;

}  // namespace

Result<HttpReply> post_json(int port, const std::string& path, const std::string& json,
                            const std::vector<std::pair<std::string, std::string>>& headers) {
  httplib::Client client("127.0.0.1", port);
  client.set_connection_timeout(kTimeoutSeconds);
  client.set_read_timeout(kTimeoutSeconds);
  client.set_tcp_nodelay(true);
  httplib::Headers all;
  for (const auto& [name, value] : headers) all.emplace(name, value);
  const auto answer = client.Post(path.c_str(), all, json, "application/json");
  if (!answer) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("POST {}: {}", path, httplib::to_string(answer.error()))};
  }
  return HttpReply{answer->status, answer->get_header_value("Content-Type"), answer->body};
}

}  // namespace inferlab::labs
