#include "engine/base/printable.h"

namespace inferlab {

std::string printable(std::string_view text, std::size_t max_bytes) {
  std::string result;
  for (const char c : text.substr(0, max_bytes)) {
    result += (c >= 0x20 && c < 0x7f) ? c : '?';
  }
  if (text.size() > max_bytes) result += "...";
  return result;
}

}  // namespace inferlab
