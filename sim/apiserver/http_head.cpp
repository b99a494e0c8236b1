#include "sim/apiserver/http_head.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace inferlab::sim {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_length(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;
  return !text.empty() && text.size() <= kMostDigits && std::ranges::all_of(text, is_digit);
}

bool has_bad_escape(std::string_view path) {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    if (at + 2 >= path.size() || !is_hex(path[at + 1]) || !is_hex(path[at + 2])) return true;
  }
  return false;
}

bool is_chunked(std::string_view coding) {
  constexpr std::string_view kChunked = "chunked";
  return std::ranges::equal(coding, kChunked, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

}  // namespace

std::optional<HttpFault> fault_of_head(const httplib::Request& head) {
  const auto lengths = head.headers.equal_range("Content-Length");
  for (auto length = lengths.first; length != lengths.second; ++length) {
    if (!is_length(length->second) || length->second != lengths.first->second) {
      return fault_of_status(400);
    }
  }
  if (head.has_header("Transfer-Encoding")) {
    const std::string coding = head.get_header_value("Transfer-Encoding");
    if (!is_chunked(coding)) return fault_of_status(501);
  }
  // A query's escapes are the query's affair: what cannot be read there is left out.
  if (has_bad_escape(std::string_view(head.target).substr(0, head.target.find('?')))) {
    return fault_of_status(400);
  }
  if (head.version == "HTTP/1.1" && !head.has_header("Host")) {
    return HttpFault{400, "400 Bad Request: missing required Host header"};
  }
  return std::nullopt;
}

HttpFault fault_of_status(int status) {
  switch (status) {
    case 400:
      return {400, "400 Bad Request"};
    case 414:
    case 431:
      return {431, "431 Request Header Fields Too Large"};
    case 501:
      return {501, "Unsupported transfer encoding"};
    default:
      return {status, std::to_string(status)};
  }
}

}  // namespace inferlab::sim
