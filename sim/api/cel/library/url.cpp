#include "sim/api/cel/library/url.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The first broken escape, as Go shows it; empty when there is none.
std::string broken_escape(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) {
      return fmt::format("invalid URL escape \"{}\"", text.substr(at, 3));
    }
  }
  return {};
}

// What is wrong with "user@host:port", and the host without the user.
std::string read_authority(std::string_view authority, std::string& host) {
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    for (const char c : authority.substr(0, at)) {
      const bool fine = is_alpha(c) || is_digit(c) ||
                        std::string_view("-._:~!$&'()*+,;=%@").find(c) != std::string_view::npos;
      if (!fine) return "net/url: invalid userinfo";
    }
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.rfind(']');
    if (close == std::string_view::npos) return "missing ']' in host";
    port = authority.substr(close + 1);
  } else if (const std::size_t colon = authority.rfind(':'); colon != std::string_view::npos) {
    port = authority.substr(colon);
  }
  const bool good_port =
      port.empty() || (port[0] == ':' && std::all_of(port.begin() + 1, port.end(), is_digit));
  if (!good_port) return fmt::format("invalid port \"{}\" after host", port);
  for (const char c : authority) {
    const bool bad = c == ' ' || c == '<' || c == '>' || c == '"' || c == '\\' || c == '^' ||
                     c == '`' || c == '{' || c == '|' || c == '}' || c == '%';
    if (bad && c != '%' && c != '"' && c != '<' && c != '>') {
      return fmt::format("invalid character \"{}\" in host name",
                         c == '\\' ? "\\\\" : std::string(1, c));
    }
  }
  host = authority;
  return {};
}

struct Parsed {
  Url url;
  std::string error;
};

Parsed parse(std::string_view text) {
  Parsed out;
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return {.url = {}, .error = "net/url: invalid control character in URL"};
  }
  if (text.empty()) return {.url = {}, .error = "empty url"};
  if (text == "*") {
    out.url.path = "*";
    return out;
  }
  std::string_view rest = text;
  if (is_alpha(rest.front())) {
    std::size_t length = 1;
    while (length < rest.size() &&
           (is_alpha(rest[length]) || is_digit(rest[length]) ||
            std::string_view("+-.").find(rest[length]) != std::string_view::npos)) {
      ++length;
    }
    if (length < rest.size() && rest[length] == ':') {
      out.url.scheme = rest.substr(0, length);
      for (char& c : out.url.scheme) c = static_cast<char>(is_alpha(c) ? c | 0x20 : c);
      rest.remove_prefix(length + 1);
    }
  } else if (rest.front() == ':') {
    return {.url = {}, .error = "missing protocol scheme"};
  }
  const std::size_t question = rest.find('?');
  if (question != std::string_view::npos) {
    out.url.has_query = true;
    out.url.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (!rest.starts_with('/')) {
    // An opaque part ("mailto:x") is a URI of its own; a relative path is none.
    if (!out.url.scheme.empty()) return out;
    return {.url = {}, .error = "invalid URI for request"};
  }
  if (rest.starts_with("//") && (!out.url.scheme.empty() || !rest.starts_with("///"))) {
    if (!out.url.scheme.empty()) {
      rest.remove_prefix(2);
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      out.error = read_authority(rest.substr(0, slash), out.url.host);
      if (!out.error.empty()) return out;
      rest.remove_prefix(slash);
    }
  }
  out.error = broken_escape(rest);
  out.url.path = percent_decoded(rest, false).value_or("");
  return out;
}

}  // namespace

std::string why_no_url(std::string_view text) {
  const Parsed parsed = parse(text);
  return parsed.error.empty() ? std::string() : fmt::format("parse \"{}\": {}", text, parsed.error);
}

std::optional<Url> parse_url(std::string_view text) {
  if (!why_no_url(text).empty()) return std::nullopt;
  // What follows a # is the fragment, of which nobody asks.
  Parsed parsed = parse(text.substr(0, text.find('#')));
  if (!parsed.error.empty()) return std::nullopt;
  return std::move(parsed.url);
}

std::optional<std::string> percent_decoded(std::string_view text, bool query) {
  if (!broken_escape(text).empty()) return std::nullopt;
  const auto digit = [](char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += query && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace inferlab::sim::cel
