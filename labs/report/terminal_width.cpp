#include "labs/report/terminal_width.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace inferlab::labs {
namespace {

constexpr std::size_t kUnknownTerminal = 80;
// Narrower than a word is no width to break lines for, and wider is nobody's terminal.
constexpr std::size_t kMinimum = 20, kMaximum = 1000;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing writes it
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

std::size_t terminal_width(int descriptor) {
  if (isatty(descriptor) == 0) return kDefaultWidth;
  std::size_t width = 0;
  const std::string_view columns = environment("COLUMNS");
  const auto [end, failed] =
      std::from_chars(columns.data(), columns.data() + columns.size(), width);
  const bool told = !columns.empty() && failed == std::errc{} &&
                    end == columns.data() + columns.size() && width > 0;
  winsize size{};
  if (!told) {
    const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    width = known ? size.ws_col : kUnknownTerminal;
  }
  return std::clamp(width, kMinimum, kMaximum);
}

bool can_redraw(int descriptor) {
  return isatty(descriptor) != 0 && environment("TERM") != "dumb";
}

}  // namespace inferlab::labs
