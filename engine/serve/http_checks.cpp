#include "engine/serve/http_checks.h"

#include <fmt/format.h>
#include <httplib.h>

#include "engine/serve/completion_handler.h"

namespace inferlab {
namespace {

/// Paths that exist, and the method that each takes.
struct Route {
  std::string_view method;
  std::string_view path;
};
constexpr Route kRoutes[] = {
    {"GET", "/health"},         {"GET", "/health/ready"},
    {"GET", "/health/startup"}, {"GET", "/health/live"},
    {"GET", "/ping"},           {"GET", "/version"},
    {"GET", "/load"},           {"GET", "/metrics"},
    {"GET", "/v1/models"},      {"POST", "/v1/completions"},
    {"POST", "/tokenize"},      {"POST", "/v1/chat/completions"},
    {"POST", "/detokenize"},    {"POST", "/v1/embeddings"},
};

/// The method that the path takes, if it exists; /ping takes any.
std::string_view allowed_method(std::string_view path) {
  if (path.starts_with("/v1/models/")) return "GET";
  for (const Route& route : kRoutes) {
    if (route.path == path) return route.method;
  }
  return {};
}

}  // namespace

ApiError too_large() {
  return {.status = 413, .message = "body: is larger than this server takes"};
}

std::string for_log(std::string_view path) {
  constexpr std::size_t kMaxShown = 200;
  std::string text;
  for (const char c : path.substr(0, kMaxShown)) {
    const bool plain = c > 0x20 && c < 0x7f && c != '"' && c != '\\';
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return path.size() > kMaxShown ? text + "..." : text;
}

bool refuse_body(const httplib::Request& request, httplib::Response& response) {
  if (request.has_header("Content-Encoding")) {
    set_error(response, {.status = 415, .message = "Content-Encoding: is not supported"});
    return true;
  }
  const bool has_length =
      request.has_header("Content-Length") || request.has_header("Transfer-Encoding");
  if (request.method == "POST" && !has_length) {
    set_error(response, {.status = 411, .message = "Content-Length: is missing"});
    return true;
  }
  const std::string length = request.get_header_value("Content-Length");
  const bool is_number = length.find_first_not_of("0123456789") == std::string::npos;
  if (request.get_header_value_count("Content-Length") > 1 || !is_number ||
      (!length.empty() && request.has_header("Transfer-Encoding"))) {
    set_error(response, {.message = "Content-Length: says no one length"});
    return true;
  }
  return false;
}

void fill_error(const httplib::Request& request, httplib::Response& response) {
  if (!response.body.empty() || response.content_length_ > 0) return;
  if (response.status == 404) {
    const std::string_view method = allowed_method(request.path);
    if (!method.empty() && method != request.method) {
      response.status = 405;
      response.set_header("Allow", std::string(method));
    }
  }
  ApiError error{.status = response.status,
                 .message = std::string(status_phrase(response.status)),
                 .type = std::string(status_phrase(response.status))};
  if (response.status == 413) error = too_large();
  set_error(response, error);
}

}  // namespace inferlab
