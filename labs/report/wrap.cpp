#include "labs/report/wrap.h"

#include <algorithm>

namespace inferlab::labs {

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string pad(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t used = display_width(text);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t end = 0;
  std::size_t used = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++used == width) break;
    ++end;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  bool line_start = true;
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n';
      text.remove_prefix(1);
      if (!text.empty() && text.front() != '\n') out.append(indent, ' ');
      column = indent;
      line_start = true;
      continue;
    }
    const std::size_t spaces = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = std::min(text.find_first_of(" \n", spaces), text.size());
    const std::string_view word = text.substr(spaces, end - spaces);
    const std::size_t word_width = display_width(word);
    if (!line_start && column + spaces + word_width > width) {
      out += '\n';
      out.append(indent, ' ');
      out += word;
      column = indent + word_width;
    } else {
      out.append(spaces, ' ');  // at the start of a line they are the author's own indent
      out += word;
      column += spaces + word_width;
    }
    line_start = false;
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace inferlab::labs
