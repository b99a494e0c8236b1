#include "labs/report/style.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace inferlab::labs {

Style Style::for_stdout() {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing writes it
    return value == nullptr ? std::string_view() : std::string_view(value);
  };
  return Style(isatty(STDOUT_FILENO) != 0 && is_set("NO_COLOR").empty() &&
               is_set("TERM") != "dumb");
}

std::string Style::paint(std::string_view code, std::string_view text) const {
  if (!coloured_ || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace inferlab::labs
