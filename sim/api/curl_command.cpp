#include "sim/api/curl_command.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

namespace inferlab::sim {
namespace {

/// curl's long names of the letters that are carried out.
std::string_view letter_of(std::string_view name) {
  struct Name {
    std::string_view name, letter;
  };
  constexpr Name kNames[] = {
      {"fail", "f"},    {"silent", "s"},    {"show-error", "S"}, {"max-time", "m"},
      {"request", "X"}, {"header", "H"},    {"data", "d"},       {"data-raw", "d"},
      {"output", "o"},  {"write-out", "w"}, {"url", "u"},        {"connect-timeout", "c"},
  };
  for (const Name& one : kNames) {
    if (one.name == name) return one.letter;
  }
  return {};
}

bool may_change(std::string_view text) {
  return text.find('$') != std::string_view::npos;
}

std::optional<Duration> seconds_of(const std::string& text) {
  if (may_change(text)) return Duration{};
  const auto out = parse_duration(text + "s");
  if (!out || *out < 0s) return std::nullopt;
  // It is added to times.
  constexpr Duration kLongest = seconds_capped(std::numeric_limits<std::int64_t>::max());
  return std::min(*out, kLongest);
}

bool read_url(std::string_view text, CurlCommand& out) {
  if (text.starts_with("http://")) text.remove_prefix(7);
  if (text.find("://") != std::string_view::npos) return may_change(text);
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) out.path = std::string(text.substr(slash));
  const std::string_view authority = text.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  out.host = std::string(authority.substr(0, colon));
  if (out.host.empty() || authority.find('@') != std::string_view::npos) return false;
  if (colon == std::string_view::npos || may_change(authority)) return true;
  const std::string_view digits = authority.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  return error == std::errc() && end == digits.data() + digits.size() && out.port > 0 &&
         out.port < 65536;
}

bool read_header(std::string_view header, CurlCommand& out) {
  constexpr std::string_view kBearer = "Authorization: Bearer ";
  if (header.starts_with(kBearer)) out.api_key = std::string(header.substr(kBearer.size()));
  // Others change nothing that the simulated servers look at, but names of hosts would.
  return !header.starts_with("Host:") && !header.starts_with('@');
}

bool read_write_out(const std::string& text, CurlCommand& out) {
  out.write_out = text;
  std::string rest = text;
  constexpr std::string_view kCode = "%{http_code}";
  for (std::size_t at = 0; (at = rest.find(kCode)) != std::string::npos;) {
    rest.erase(at, kCode.size());
  }
  return rest.find('%') == std::string::npos && !rest.starts_with('@');
}

bool read_option(char letter, const std::string& value, CurlCommand& out,
                 std::vector<std::string>& urls) {
  switch (letter) {
    case 'f':
      out.fails_on_error = true;
      return true;
    case 's':
      out.is_silent = true;
      return true;
    case 'S':
      out.shows_error = true;
      return true;
    case 'm':
    case 'c': {
      const auto time = seconds_of(value);
      if (time) (letter == 'm' ? out.max_time : out.connect_timeout) = *time;
      return time.has_value();
    }
    case 'X':
      out.method = value;
      return value == "GET" || value == "POST";
    case 'H':
      return read_header(value, out);
    case 'd':
      if (value.starts_with('@')) return false;
      out.body += (out.body.empty() ? "" : "&") + value;
      return true;
    case 'o':
      out.drops_body = true;
      return value == "/dev/null";
    case 'w':
      return read_write_out(value, out);
    case 'u':
      urls.push_back(value);
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<CurlCommand> CurlCommand::of(const std::vector<std::string>& words) {
  if (words.empty() || (words[0] != "curl" && words[0] != "/usr/bin/curl")) return std::nullopt;
  constexpr std::string_view kWithValue = "mcXHdowu";
  CurlCommand out;
  std::vector<std::string> urls;
  bool has_method = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value_of = [&]() -> std::optional<std::string> {
      return i + 1 < words.size() ? std::optional(words[++i]) : std::nullopt;
    };
    if (word.starts_with("--")) {
      const std::string_view letter = letter_of(std::string_view(word).substr(2));
      if (letter.empty()) return std::nullopt;
      std::optional<std::string> value = std::string();
      if (kWithValue.find(letter) != std::string_view::npos) value = value_of();
      if (!value || !read_option(letter[0], *value, out, urls)) return std::nullopt;
      has_method = has_method || letter == "X";
    } else if (word.size() > 1 && word[0] == '-') {
      for (std::size_t at = 1; at < word.size(); ++at) {
        const char letter = word[at];
        // Of the letters, c and u are other options of curl's.
        if (letter == 'c' || letter == 'u') return std::nullopt;
        std::optional<std::string> value = std::string();
        const bool takes_value = kWithValue.find(letter) != std::string_view::npos;
        if (takes_value)
          value = at + 1 < word.size() ? std::optional(word.substr(at + 1)) : value_of();
        if (!value || !read_option(letter, *value, out, urls)) return std::nullopt;
        has_method = has_method || letter == 'X';
        if (takes_value) break;
      }
    } else {
      urls.push_back(word);
    }
  }
  if (!has_method && !out.body.empty()) out.method = "POST";
  if (urls.size() != 1 || !read_url(urls.front(), out)) return std::nullopt;
  return out;
}

}  // namespace inferlab::sim
