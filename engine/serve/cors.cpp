#include "engine/serve/cors.h"

#include <httplib.h>

#include <algorithm>

namespace inferlab {

void add_cors_headers(const std::vector<std::string>& allowed_origins,
                      const httplib::Request& request, httplib::Response& response) {
  const std::string origin = request.get_header_value("Origin");
  if (origin.empty()) return;
  const auto allows = [&](const std::string& one) {
    return std::ranges::find(allowed_origins, one) != allowed_origins.end();
  };
  if (allows("*")) {
    response.set_header("Access-Control-Allow-Origin", "*");
  } else {
    response.set_header("Vary", "Origin");
    if (allows(origin)) response.set_header("Access-Control-Allow-Origin", origin);
  }
}

bool answer_preflight(const httplib::Request& request, httplib::Response& response) {
  if (request.method != "OPTIONS" || !request.has_header("Origin") ||
      !request.has_header("Access-Control-Request-Method")) {
    return false;
  }
  response.set_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS, POST");
  response.set_header("Access-Control-Max-Age", "600");
  if (request.has_header("Access-Control-Request-Headers")) {
    response.set_header("Access-Control-Allow-Headers",
                        request.get_header_value("Access-Control-Request-Headers"));
  }
  response.status = 200;
  response.set_content("OK", "text/plain; charset=utf-8");
  return true;
}

}  // namespace inferlab
