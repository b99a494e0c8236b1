#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::sim {

/// A call of curl that a simulated container carries out: one URL of plain HTTP, GET or POST.
struct CurlCommand {
  std::string host, path = "/";
  int port = 80;
  std::string method = "GET", body = {}, api_key = {};
  Duration connect_timeout{}, max_time{};  // 0: none
  bool fails_on_error = false;             // -f
  bool is_silent = false, shows_error = false;
  bool drops_body = false;     // -o /dev/null
  std::string write_out = {};  // -w: text, \n and %{http_code}

  /// nullopt: it is no call of curl, or one with more than that. A `$` may stand anywhere, for what
  /// is only known when it runs.
  static std::optional<CurlCommand> of(const std::vector<std::string>& words);
};

/// A call of a program that ShellScript itself does not know, for its Programs.
inline bool is_call_of_curl(const std::vector<std::string>& words) {
  return CurlCommand::of(words).has_value();
}

}  // namespace inferlab::sim
