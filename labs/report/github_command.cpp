#include "labs/report/github_command.h"

#include <fmt/format.h>

#include <filesystem>

#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

std::string escaped(std::string_view text, bool in_property) {
  std::string out;
  for (const char c : for_terminal(text, /*multiline=*/true)) {
    const bool separates = in_property && (c == ',' || c == ':');
    if (c == '%' || c == '\r' || c == '\n' || separates) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string github_property(std::string_view text) {
  return escaped(text, /*in_property=*/true);
}

std::string github_data(std::string_view text) {
  return escaped(text, /*in_property=*/false);
}

std::string github_file(const std::string& path) {
  return fmt::format("file={},",
                     github_property(std::filesystem::path(path).lexically_normal().string()));
}

}  // namespace inferlab::labs
