#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferlab::sim {

/// One HTTP request, read to its end. Paths and query values are percent-decoded.
struct HttpRequest {
  std::string method;  // "GET", never "HEAD": that one is a GET whose body is not sent
  std::string path;    // "/api/v1/pods"
  std::multimap<std::string, std::string, std::less<>> query;
  std::multimap<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;

  /// The first value of a query parameter or header, or nothing.
  [[nodiscard]] std::string_view query_value(std::string_view name) const;
  [[nodiscard]] bool has_query(std::string_view name) const;
  /// `name` in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> header_values(std::string_view name) const;
};

/// Where a stream writes to: one connection, on its own thread.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  /// Blocks while the client reads slowly; false once it is gone or takes nothing for seconds.
  virtual bool write(std::string_view data) = 0;
  /// The client has closed its side. Cheap: a stream with nothing to say asks now and then.
  [[nodiscard]] virtual bool peer_gone() = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// When set it is called instead of sending `body`, and writes until it returns.
  std::function<void(HttpSink&)> stream;
};

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

}  // namespace inferlab::sim
