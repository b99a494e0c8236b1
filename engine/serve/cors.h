#pragma once

#include <string>
#include <vector>

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace inferlab {

/// Lets pages of `allowed_origins` read the answer; "*" is any. Nothing for requests that are no
/// browser's. Source: the Fetch standard, "CORS protocol".
void add_cors_headers(const std::vector<std::string>& allowed_origins,
                      const httplib::Request& request, httplib::Response& response);

/// Answers a browser's question whether it may send a request; false for anything else.
bool answer_preflight(const httplib::Request& request, httplib::Response& response);

}  // namespace inferlab
